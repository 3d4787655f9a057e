import { CircuitOpenError, CostLimitExceededError, RateLimitExceededError, type Verdict } from '@spillway/core'
import { DelayedError, RateLimitError, UnrecoverableError, WaitingError } from 'bullmq'
import { anything, assert, asyncProperty, boolean, constant, constantFrom, integer, oneof, record } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jobProcessor } from './job-processor.ts'
import type { HandoverOptions } from './handover-options.ts'

/** What BullMQ was told, and the error that its worker got. */
const handedOver = async (
  error: unknown,
  { failures = 1, ...options }: HandoverOptions & { failures?: number } = {},
) => {
  const told: [string, number?][] = []
  const queue = { rateLimit: async (ms: number) => void told.push(['pause_queue', ms]) }
  const job = {
    attemptsStarted: failures,
    moveToDelayed: async (at: number) => void told.push(['delay_job', at - Date.now()]),
    moveToWait: async () => told.push(['give_back']),
  }
  const failing = async (): Promise<never> => {
    throw error
  }
  const run = jobProcessor<never, typeof job>(queue, failing, { random: () => 0.5, ...options })
  try {
    await run(job, 'token')
  } catch (thrown) {
    return { told, thrown }
  }
  return { told, thrown: undefined }
}

const judged = (verdict: Verdict): HandoverOptions => ({ classifier: { error: () => verdict } })
const NOT_PAID = { sent: true, billed: 'no' } as const

describe('each verdict becomes one word to BullMQ', () => {
  test.each<[string, Verdict, string, number | undefined]>([
    [
      'a pace too high pauses the queue for the server’s wait',
      { kind: 'throttled', retryAfterMs: 7000 },
      'pause_queue',
      7000,
    ],
    ['without a wait as long as retry would wait', { kind: 'throttled' }, 'pause_queue', 1000],
    [
      'a quota with a reset pauses until then',
      { kind: 'quota_exhausted', retryAfterMs: 3_600_000 },
      'pause_queue',
      3_600_000,
    ],
    ['an overloaded model delays the job', { kind: 'overloaded', ...NOT_PAID }, 'delay_job', 2000],
    ['never less than the server asks for', { kind: 'overloaded', ...NOT_PAID, retryAfterMs: 9000 }, 'delay_job', 9000],
    ['a failure on the way delays the job', { kind: 'transient', sent: false }, 'delay_job', 500],
    ['an empty answer is asked for again at once', { kind: 'empty', billed: 'yes' }, 'delay_job', 0],
    ['who was stopped gives the job back', { kind: 'canceled' }, 'give_back', undefined],
  ])('%s', async (_, verdict, to, waitMs) => {
    const { told, thrown } = await handedOver(new Error('no'), judged(verdict))
    expect(told.map(([word]) => word)).toEqual([to])
    // moveToDelayed takes the hour of the day.
    if (waitMs !== undefined) expect(told[0]![1]).toBeGreaterThan(waitMs - 500)
    if (waitMs !== undefined) expect(told[0]![1]).toBeLessThanOrEqual(waitMs)
    const expected = { pause_queue: RateLimitError, delay_job: DelayedError, give_back: WaitingError }
    expect(thrown).toBeInstanceOf(expected[to as keyof typeof expected])
  })

  test.each<[string, Verdict]>([
    ['a request that can succeed nowhere', { kind: 'request_failed' }],
    ['a key that cannot serve', { kind: 'endpoint_failed', scope: 'key' }],
    ['a quota without a reset', { kind: 'quota_exhausted' }],
  ])('%s fails for good', async (_, verdict) => {
    const error = new Error('no')
    const { told, thrown } = await handedOver(error, judged(verdict))
    expect(told).toEqual([])
    expect(thrown).toBeInstanceOf(UnrecoverableError)
    expect((thrown as Error).cause).toBe(error)
  })
})

test('what the policies refuse says itself how it is to be taken, also behind a client’s error', async () => {
  const open = new CircuitOpenError('breaker', 'relay', 4000)
  expect((await handedOver(open)).told[0]![0]).toBe('delay_job')
  const wrapped = new Error('Connection error.', {
    cause: new RateLimitExceededError('quota', '', 'waited_too_long', 6000),
  })
  expect((await handedOver(wrapped)).told).toEqual([['pause_queue', 6000]])
  expect((await handedOver(wrapped.cause)).told).toEqual([['pause_queue', 6000]])
  const cost = new CostLimitExceededError('cost', { cost: 1, expectedCost: 1, maxCost: 1 })
  expect((await handedOver(cost)).thrown).toBeInstanceOf(UnrecoverableError)
  const isolated = new CircuitOpenError('breaker', 'relay', Infinity)
  expect((await handedOver(isolated)).thrown).toBeInstanceOf(UnrecoverableError)
})

test('what may have been paid for is not sent again where that is not allowed', async () => {
  const unknown = judged({ kind: 'transient', sent: true, billed: 'unknown' })
  expect((await handedOver(new Error('reset'), { ...unknown, repeatable: false })).thrown).toBeInstanceOf(
    UnrecoverableError,
  )
  expect((await handedOver(new Error('reset'), unknown)).told[0]![0]).toBe('delay_job')
})

test('empty answers are asked for again twice, and what waits longer than it may fails', async () => {
  const empty = judged({ kind: 'empty' })
  expect((await handedOver(new Error('no'), { ...empty, failures: 2 })).told[0]![0]).toBe('delay_job')
  expect((await handedOver(new Error('no'), { ...empty, failures: 3 })).thrown).toBeInstanceOf(UnrecoverableError)
  const late = judged({ kind: 'throttled', retryAfterMs: 5001 })
  expect((await handedOver(new Error('no'), { ...late, leftMs: 5000 })).thrown).toBeInstanceOf(UnrecoverableError)
})

test('whatever is thrown, BullMQ is told at most one thing and always hears an error', async () => {
  const KINDS = [
    'overloaded',
    'throttled',
    'quota_exhausted',
    'transient',
    'endpoint_failed',
    'request_failed',
    'empty',
    'canceled',
    'rejected',
  ] as const
  const verdicts = record(
    {
      kind: constantFrom(...KINDS),
      retryAfterMs: oneof(integer({ min: 0, max: 1e7 }), constant(Infinity)),
      sent: boolean(),
      billed: constantFrom('no', 'yes', 'unknown'),
    },
    { requiredKeys: ['kind'] },
  )
  await assert(
    asyncProperty(verdicts, integer({ min: 1, max: 2000 }), anything(), async (verdict, failures, error) => {
      const { told, thrown } = await handedOver(error, { ...judged(verdict), failures })
      expect(told.length).toBe(thrown instanceof UnrecoverableError ? 0 : 1)
      for (const [, ms] of told) if (ms !== undefined) expect(Number.isFinite(ms)).toBe(true)
    }),
  )
})

test('options that make no sense are refused at once', () => {
  const queue = { rateLimit: async () => {} }
  const make = (options: object) => () => jobProcessor(queue, async () => 1, options)
  expect(make({ maxRerolls: -1 })).toThrow(/jobProcessor\.maxRerolls must be an integer of at least 0/)
  expect(make({ rerolls: 1 })).toThrow(/jobProcessor\.rerolls must be one of classifier/)
  expect(make({ leftMs: Number.NaN })).toThrow(/jobProcessor\.leftMs/)
})
