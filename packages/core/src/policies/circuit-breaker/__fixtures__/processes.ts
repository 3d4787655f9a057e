import { circuitBreaker, pipeline, timeout } from '../../../index.ts'
import type {
  CallContext,
  CircuitAdvice,
  CircuitBreaker,
  CircuitBreakerOptions,
  Clock,
  SpillwayEvent,
} from '../../../index.ts'
import { memoryCircuitAdvice, recordEvents, seededRandom, VirtualClock } from '../../../testing.ts'
import { busy } from './breaker.ts'

/** One of several pipelines that stand for processes. */
export interface Process {
  readonly breaker: CircuitBreaker
  readonly events: readonly SpillwayEvent[]
  /** When its breaker would admit a call, in milliseconds; asked as failover asks, by somebody who has called before. */
  readonly readyInMs: () => number
  /** A call, and what came of it. */
  readonly call: (serves: boolean, ms?: number, signal?: AbortSignal) => Promise<'served' | 'failed' | 'refused'>
}

/** What all processes send to, and how it does. */
interface Provider {
  up: boolean
  /** How long it takes to refuse, or to answer. */
  ms: number
  requests: number
  running: number
  mostRunning: number
}

export interface Processes {
  readonly clock: VirtualClock
  readonly all: readonly Process[]
  readonly provider: Provider
  /** Each process makes a call every so many milliseconds, for so long; nobody waits for an answer. */
  readonly traffic: (everyMs: number, forMs: number) => Promise<void>
}

/** A clock that is as far ahead as it is told to be, its monotonic time as well. */
const ahead = (clock: VirtualClock, ms: number): Clock => ({
  now: () => clock.now() + ms,
  wallTime: () => clock.wallTime() - 2 * ms,
  setTimer: (delayMs, callback) => clock.setTimer(delayMs, callback),
})

/**
 * Several breakers that advise one another, with clocks that are minutes apart.
 *
 * @param advice what they say it with; `undefined`: nothing, each is alone
 */
export const processes = (
  count: number,
  options: CircuitBreakerOptions = {},
  advice: ((clock: VirtualClock) => () => CircuitAdvice | undefined) | undefined = (clock) =>
    memoryCircuitAdvice({ clock }),
): Processes => {
  const clock = new VirtualClock()
  const join = advice?.(clock)
  const provider: Provider = { up: true, ms: 50, requests: 0, running: 0, mostRunning: 0 }
  const make = (_: unknown, i: number): Process => {
    const own = join?.()
    const breaker = circuitBreaker({ ...options, ...(own === undefined ? {} : { advice: own }) })
    const calls = pipeline([timeout({ totalMs: 60_000 }), breaker], {
      clock: ahead(clock, i * 300_000),
      random: seededRandom(i),
      classifier: { error: () => ({ kind: 'transient' }) },
    })
    const { events } = recordEvents(calls)
    let last: CallContext | undefined
    return {
      breaker,
      events,
      readyInMs: () => (last === undefined ? 0 : (breaker.readyInMs?.(last) ?? 0)),
      async call(serves, ms = 0, signal) {
        let sent = false
        try {
          await calls.execute(
            async (context) => {
              sent = true
              last = context
              provider.requests++
              provider.mostRunning = Math.max(provider.mostRunning, ++provider.running)
              if (ms > 0) await context.sleep(ms)
              provider.running--
              if (!serves) throw busy
            },
            { signal },
          )
          return 'served'
        } catch {
          return sent ? 'failed' : 'refused'
        }
      },
    }
  }
  const all = Array.from({ length: count }, make)
  return {
    clock,
    all,
    provider,
    async traffic(everyMs, forMs) {
      for (let ms = 0; ms < forMs; ms += everyMs) {
        for (const { call } of all) void call(provider.up, provider.ms)
        await clock.advance(everyMs)
      }
    },
  }
}

/** Lets calls of one fail, one after the other. */
export const fail = async (process: Process | undefined, times: number): Promise<void> => {
  for (let i = 0; i < times; i++) await process?.call(false)
}

/** Advice in memory. */
export const memory = (clock: VirtualClock): (() => CircuitAdvice) => memoryCircuitAdvice({ clock })

/** Advice that takes its time. */
export const slow =
  (ms: number) =>
  (clock: VirtualClock): (() => CircuitAdvice) => {
    const join = memory(clock)
    const later = <T>(act: () => T | PromiseLike<T>): Promise<T> =>
      new Promise((resolve) => clock.setTimer(ms, () => resolve(act())))
    return () => {
      const own = join()
      return {
        exchange: (partition, sight) => later(() => own.exchange(partition, sight)),
        leases: {
          take: (key, owner, leaseMs) => later(() => own.leases.take(key, owner, leaseMs)),
          release: (key, owner) => later(() => own.leases.release(key, owner)),
        },
      }
    }
  }
