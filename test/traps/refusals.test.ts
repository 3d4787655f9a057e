import {
  adaptiveConcurrency,
  bulkhead,
  circuitBreaker,
  ConsecutiveBreaker,
  fixedLimit,
  pipeline,
  rateLimit,
  retry,
  timeout,
  type Part,
} from '@spillway/core'
import { scriptedOperation, VirtualClock } from '@spillway/core/testing'
import { describe, expect, test } from 'vitest'

const caught = (error: unknown): unknown => error

/** What a call ends with whose first attempt failed, and whose second one is refused by a gate that is full by then. */
const refusedRetry = async (gate: Part) => {
  const clock = new VirtualClock()
  const calls = pipeline([timeout({ totalMs: 60_000 }), retry({ jitter: 'none' }), gate], { clock })
  const upstream = new Error('503')
  const operation = scriptedOperation([{ error: upstream, afterMs: 100 }])
  const answer = calls.execute(operation).catch(caught)
  await clock.advance(100)
  // Whoever comes now takes the place that the retry would need.
  const others = Array.from({ length: 2 }, () => calls.execute(scriptedOperation([{ hang: true }])).catch(caught))
  await clock.advance(500)
  const error = (await Promise.race([answer, Promise.resolve('still at it')])) as Error
  const runs = operation.runs
  await clock.run()
  await Promise.all(others)
  return { error, runs, upstream }
}

describe('a retry that Spillway refuses uses up no attempt, and its error keeps what the provider said', () => {
  const full = { queueLimit: 0 }
  // trap: no-attempts-on-open-circuit
  test.each<[string, () => Part]>([
    ['CircuitOpenError', () => circuitBreaker({ breaker: () => new ConsecutiveBreaker(1) })],
    ['RateLimitExceededError', () => rateLimit({ ...full, quotas: [{ permits: 2, periodMs: 50_000 }] })],
    ['BulkheadFullError', () => bulkhead({ ...full, maxConcurrency: 1 })],
    ['ConcurrencyLimitExceededError', () => adaptiveConcurrency({ ...full, limit: () => fixedLimit(1) })],
  ])('%s', async (name, gate) => {
    const { error, runs, upstream } = await refusedRetry(gate())
    expect([error.name, runs]).toEqual([name, 1])
    expect(error.cause).toBe(upstream)
  })
})
