import type { ServerResponse } from 'node:http'
import type { Clock, Limit } from '@spillway/core'
import { isGone } from '../scope/is-gone.ts'
import { CRITICALITIES, type Criticality } from '../scope/criticality.ts'

/** How many requests are answered at once. A place is taken until the answer is whole or nobody waits for it. */
export class Places {
  readonly #limit: Limit | undefined
  readonly #fixed: number
  readonly #reserveRatio: number
  readonly #clock: Clock
  #inFlight = 0

  constructor(limit: number | Limit, reserveRatio: number, clock: Clock) {
    this.#limit = typeof limit === 'number' ? undefined : limit
    this.#fixed = typeof limit === 'number' ? limit : Infinity
    this.#reserveRatio = reserveRatio
    this.#clock = clock
  }

  get inFlight(): number {
    return this.#inFlight
  }

  get limit(): number {
    return this.#limit?.current ?? this.#fixed
  }

  /** Whether there is a place: the less a request matters, the more of them it leaves free. */
  hasRoomFor(criticality: Criticality): boolean {
    const steps = CRITICALITIES.length - 1 - CRITICALITIES.indexOf(criticality)
    const share = Math.floor(this.limit * (1 - this.#reserveRatio * steps))
    return this.#inFlight < Math.max(1, share)
  }

  take(response: ServerResponse): void {
    // It would never say that it is closed, and keep its place for ever.
    if (isGone(response)) return
    this.#inFlight++
    const sentAt = this.#clock.now()
    response.once('close', () => {
      const inFlight = this.#inFlight--
      // Whoever left, a stream, and a failure say nothing about how many are too many.
      if (this.#limit === undefined || !response.writableEnded || isStream(response)) return
      const { statusCode } = response
      if (statusCode >= 500 && statusCode !== 504) return
      const now = this.#clock.now()
      const kind = statusCode === 504 ? 'drop' : 'sample'
      this.#limit.sample({ kind, latencyMs: now - sentAt, inFlight, served: 0, sentAt, now })
    })
  }

  /** The process has too much to do. */
  tooMany(): void {
    const now = this.#clock.now()
    this.#limit?.sample({ kind: 'drop', latencyMs: 0, inFlight: this.#inFlight, served: 0, sentAt: now, now })
  }
}

const isStream = (response: ServerResponse): boolean =>
  String(response.getHeader('content-type') ?? '').startsWith('text/event-stream')
