import type { Subscription } from '@spillway/core'
import { Availability } from './availability.ts'
import { Channels } from './channels.ts'
import type { ConnectionEvent } from './connection-events.ts'
import { keyNames } from './key-names.ts'
import type { RedisClient } from './redis-client.ts'
import { checkConnectionOptions, type RedisConnectionOptions } from './redis-connection-options.ts'
import { portOf } from './redis-port.ts'
import type { Script } from './script.ts'
import { reasonOf, StoreUnavailableError } from './store-unavailable-error.ts'
import { subscriberOf } from './subscriber.ts'

/**
 * A client of yours, made safe to lean on: every call has a deadline, nothing waits in a client's queue, and a dead Redis is
 * not asked. Every call rejects with `StoreUnavailableError` where Redis does not answer.
 */
export interface RedisConnection {
  readonly name: string
  /** Whether Redis is asked at all now: `false` from `store.degraded` to `store.recovered`. */
  readonly available: boolean
  /** The longest time, in milliseconds, in which every process with these options notices that Redis is back. */
  readonly returnMs: number
  /** Names a key after a part of this package and something of the user's, which is hashed. All keys of one name are in one slot. */
  readonly keyOf: (part: string, name: string) => string
  /**
   * Runs a script, atomically.
   *
   * @param late is told the answer where it comes after the deadline, when nobody waits for it any more
   */
  readonly run: (
    script: Script,
    keys: readonly string[],
    args: readonly string[],
    late?: (answer: unknown) => void,
  ) => Promise<unknown>
  /** What is kept under `key`; `undefined` where there is nothing. */
  readonly get: (key: string) => Promise<string | undefined>
  /** Keeps `value` for so many milliseconds: an integer from 1. */
  readonly set: (key: string, value: string, ttlMs: number) => Promise<void>
  readonly delete: (key: string) => Promise<void>
  /**
   * Hears what is published on a channel, as long as Redis can be asked: on a connection besides, which is opened with the
   * first that listens and closed with the last. What is published while it breaks is lost. Hears nothing over a client that
   * has no `duplicate()`.
   *
   * @param heard called for each message
   * @returns ends it
   */
  readonly listen: (channel: string, heard: () => void) => () => void
  /** Hears when Redis is given up and when it is back. A listener that throws hurts nobody. */
  readonly subscribe: (listener: (event: ConnectionEvent) => void) => Subscription
  /** Ends probes and what listens; whatever is asked afterwards is refused. The client stays open: it is yours. */
  readonly dispose: () => void
}

/** How often it is looked whether a client that is connecting has done so. */
const LOOK_MS = 5

/**
 * Makes a client of `ioredis` or `redis` into what the other parts of this package take.
 *
 * ```ts no-run
 * import { redisConnection } from '@spillway/redis'
 * import { Redis } from 'ioredis'
 *
 * const redis = redisConnection(new Redis('redis://localhost:6379'), { prefix: 'pictures' })
 * redis.subscribe(({ type }) => console.log(type)) // store.degraded, store.recovered
 * ```
 *
 * @param client connected by you, and closed by you
 * @throws InvalidOptionsError when it is no such client, or an option is out of its range or not known
 */
export const redisConnection = (client: RedisClient, options: RedisConnectionOptions = {}): RedisConnection => {
  const { name, prefix, secret, deadlineMs, clock, ...rest } = checkConnectionOptions(options)
  const port = portOf(client)
  const channels = new Channels(subscriberOf(client))
  const keyOf = keyNames(prefix, secret)
  let listeners: readonly ((event: ConnectionEvent) => void)[] = []
  let disposed = false
  let failedKey = ''

  const publish = (event: ConnectionEvent): void => {
    for (const listener of listeners) {
      try {
        listener(event)
      } catch {
        // What hears of the store has no say in it.
      }
    }
  }

  /** Asks in time, or rejects with the reason. What has not been sent by then is never sent. */
  const inTime = <T>(ask: () => Promise<T>, late?: (answer: T) => void): Promise<T> =>
    new Promise((resolve, reject) => {
      let ended = false
      const end = (): boolean => {
        if (ended) return false
        ended = true
        timer.cancel()
        return true
      }
      const fail = (reason: string): void => {
        if (end()) reject(new StoreUnavailableError(name, reason))
      }
      const send = async (): Promise<void> => {
        try {
          const answer = await ask()
          if (end()) resolve(answer)
          else late?.(answer)
        } catch (thrown) {
          fail(reasonOf(thrown))
        }
      }
      const sendWhenReady = (): void => {
        if (ended) return
        if (port.ready()) void send()
        else clock.setTimer(LOOK_MS, sendWhenReady)
      }
      const timer = clock.setTimer(deadlineMs, () => fail(port.ready() ? 'timeout' : 'not_connected'))
      sendWhenReady()
    })

  const availability = new Availability({
    ...rest,
    clock,
    // In the slot of what failed: the other masters of a cluster may be well. Nothing is there.
    probe: () => inTime(() => port.get(`${failedKey}:probe`)),
    onDown: (reason) => publish({ type: 'store.degraded', at: clock.now(), store: name, reason }),
    onUp: (downMs) => publish({ type: 'store.recovered', at: clock.now(), store: name, downMs }),
  })

  const ask = async <T>(key: string, command: () => Promise<T>, late?: (answer: T) => void): Promise<T> => {
    if (disposed) throw new StoreUnavailableError(name, 'disposed')
    if (!availability.up) throw new StoreUnavailableError(name, 'degraded')
    try {
      const answer = await inTime(command, late)
      availability.succeeded()
      return answer
    } catch (thrown) {
      failedKey = key
      if (!disposed) availability.failed((thrown as StoreUnavailableError).reason)
      throw thrown
    }
  }

  return {
    name,
    get available() {
      return availability.up && !disposed
    },
    returnMs: 1.5 * rest.maxProbeMs + deadlineMs,
    keyOf,
    run: (script, keys, args, late) =>
      ask(
        keys[0] ?? '',
        () =>
          port.evalSha(script, keys, args).catch((thrown: unknown) => {
            if (reasonOf(thrown) !== 'NOSCRIPT') throw thrown
            return port.eval(script, keys, args)
          }),
        late,
      ),
    get: (key) => ask(key, () => port.get(key)),
    set: async (key, value, ttlMs) => void (await ask(key, () => port.set(key, value, ttlMs))),
    delete: async (key) => void (await ask(key, () => port.delete(key))),
    listen: (channel, heard) => (disposed ? () => {} : channels.listen(channel, heard)),
    subscribe(listener) {
      listeners = [...listeners, listener]
      return {
        unsubscribe: () => {
          listeners = listeners.filter((other) => other !== listener)
        },
      }
    },
    dispose() {
      disposed = true
      availability.dispose()
      channels.close()
    },
  }
}
