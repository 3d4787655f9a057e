import { ConsecutiveBreaker } from 'cockatiel'
import { circuitBreaker, pipeline, timeout } from '../../../index.ts'
import type { CircuitBreaker, CircuitBreakerOptions, Gate, Pipeline, VerdictKind } from '../../../index.ts'
import { VirtualClock } from '../../../testing.ts'
import { caught } from '../../../kernel/__fixtures__/ended.ts'

/** What fails in these tests. */
export const busy: Error = new Error('busy')

/** A breaker of three failures and breaks of ten seconds, within a deadline of three minutes. */
export const breakerOf = (
  options: CircuitBreakerOptions = {},
  inner: readonly Gate[] = [],
): {
  readonly clock: VirtualClock
  readonly breaker: CircuitBreaker
  readonly calls: Pipeline
  /** Lets calls fail, one after the other. */
  readonly fail: (times: number, kind?: VerdictKind) => Promise<void>
} => {
  const clock = new VirtualClock()
  const breaker = circuitBreaker({ breaker: () => new ConsecutiveBreaker(3), halfOpenAfter: 10_000, ...options })
  const calls = pipeline([timeout({ totalMs: 180_000 }), breaker, ...inner], { clock })
  const fail = async (times: number, kind: VerdictKind = 'overloaded'): Promise<void> => {
    const classifier = { error: () => ({ kind }) }
    for (let i = 0; i < times; i++) await calls.execute(() => Promise.reject(busy), { classifier }).catch(caught)
  }
  return { clock, breaker, calls, fail }
}
