import { systemClock, type Timer } from '@spillway/core'
import type { RedisConnection } from '../connection/redis-connection.ts'

/** Who waits asks again all the time: after so long without a question nobody does. */
const LINGER_MS = 5000

/** Hears that it is this process's turn, on a connection that is there only while somebody waits. */
export class TurnListener {
  readonly #redis: RedisConnection
  readonly #channel: string
  readonly #heard: () => void
  #stop: (() => void) | undefined
  #timer: Timer | undefined

  constructor(redis: RedisConnection, channel: string, heard: () => void) {
    this.#redis = redis
    this.#channel = channel
    this.#heard = heard
  }

  /** Somebody waits, now. */
  waits(): void {
    this.#stop ??= this.#redis.listen(this.#channel, this.#heard)
    this.#timer?.cancel()
    this.#timer = systemClock.setTimer(LINGER_MS, () => this.end())
    this.#timer.unref()
  }

  end(): void {
    this.#timer?.cancel()
    this.#stop?.()
    this.#stop = undefined
  }
}
