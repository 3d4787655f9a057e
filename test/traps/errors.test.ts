import { inspect } from 'node:util'
import * as core from '@spillway/core'
import * as http from '@spillway/http'
import { describe, expect, test } from 'vitest'

const cause = new Error('503')
const key = `sk-${'x'.repeat(32)}`
const verdict = { kind: 'overloaded', status: 503 } as const

/** One of each, with all that it can carry. */
const errors: Readonly<Record<string, Error & { readonly code?: string }>> = {
  BulkheadFullError: new core.BulkheadFullError('bulkhead', 'queue_full', 1, 0, cause),
  CircuitOpenError: new core.CircuitOpenError('circuitBreaker', 'official', 10, cause),
  ConcurrencyLimitExceededError: new core.ConcurrencyLimitExceededError('limit', 'a', 'queue_full', 4, 0, {
    retryAfterMs: 10,
    cause,
  }),
  CostLimitExceededError: new core.CostLimitExceededError('a', { cost: 1, expectedCost: 2, maxCost: 2 }, 'b', cause),
  HedgeLostError: new core.HedgeLostError('hedge', true),
  InvalidOptionsError: new core.InvalidOptionsError('retry.backoff', () => key, 'a backoff'),
  NoEndpointReadyError: new core.NoEndpointReadyError('failover', ['a', 'b'], 'waited_too_long', 10, cause),
  NoTargetAnsweredError: new core.NoTargetAnsweredError(
    [{ target: 'gemini', verdict, error: cause, durationMs: 5 }],
    [{ target: 'relay', reason: 'no_time' }],
    core.openAccount(),
    5,
  ),
  PipelineDisposedError: new core.PipelineDisposedError('images'),
  RateLimitExceededError: new core.RateLimitExceededError('rateLimit', 'a', 'waited_too_long', 10, cause),
  ScheduleDisposedError: new core.ScheduleDisposedError('schedule'),
  TimeoutExceededError: new core.TimeoutExceededError('total', 5, cause),
  StreamTruncatedError: new core.StreamTruncatedError(2, cause),
  AnswerTooLargeError: new http.AnswerTooLargeError(1024),
  ProviderError: new http.ProviderError({ provider: 'openai', requestId: 'r' }, { verdict, message: 'busy' }),
}

const exported = Object.entries({ ...core, ...http })
  .filter(([name, value]) => /^[A-Z]\w+Error$/.test(name) && typeof value === 'function')
  .map(([name]) => name)

// trap: errors-are-known
test('each error has a name and a code of its own, and is known without its class', () => {
  expect(Object.keys(errors).toSorted()).toEqual(exported.toSorted())
  expect(new Set(Object.values(errors).map(({ code }) => code)).size).toBe(Object.keys(errors).length)
  for (const [name, error] of Object.entries(errors)) {
    expect([error.name, error.code]).toEqual([name, expect.stringMatching(/^ERR_SPILLWAY_[A-Z_]+$/)])
    expect(core.isSpillwayError(Object.assign(new Error('from another copy'), error))).toBe(true)
  }
})

describe.each(Object.entries(errors))('%s', (_, error) => {
  // trap: errors-are-known
  test('reaches another thread: its words and its cause by itself, the rest as plain data', () => {
    const fields = Object.fromEntries(Object.entries(error))
    const { message, cause: before } = structuredClone(error)
    expect(message).toBe(error.message)
    expect((before as Error | undefined)?.message).toBe((error.cause as Error | undefined)?.message)
    expect(structuredClone(fields)).toEqual(fields)
  })
})

// trap: nothing-private
test('a key in the wrong place is in no error, however it is printed', () => {
  const wrong = [
    () => core.retry({ maxAttempts: key as never }),
    () => core.circuitBreaker({ whenOpen: key as never }),
    () => core.failover({ endpoints: [{ name: 'a' }], order: { key } as never }),
  ]
  for (const make of wrong) {
    expect(make).toThrow(core.InvalidOptionsError)
    try {
      make()
    } catch (error) {
      expect(`${String(error)} ${inspect(error, { depth: 9 })} ${JSON.stringify(error)}`).not.toContain('sk-')
    }
  }
})
