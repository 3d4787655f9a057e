import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { jobProcessor, type HandoverOptions } from '@spillway/bullmq'
import { CircuitOpenError, CostLimitExceededError, RateLimitExceededError, type Verdict } from '@spillway/core'
import { expect, test } from 'vitest'

const PAGE = join(import.meta.dirname, '../../docs/adapters/bullmq.md')

/** The rows of the page: what the work fails with, and the error that BullMQ gets. */
const rows = new Map(
  [...readFileSync(PAGE, 'utf8').matchAll(/^\| (`\w+`.*?) +\| `(\w+Error)`/gm)].map(([, what = '', error = '']) => [
    what,
    error,
  ]),
)

const COST = new CostLimitExceededError('cost', { cost: 1, expectedCost: 1, maxCost: 1 })
const LOST: Verdict = { kind: 'transient', sent: true, billed: 'unknown' }

interface Case {
  readonly what: string
  readonly failed: Verdict | Error
  readonly tries?: number
  readonly options?: HandoverOptions
}

const CASES: readonly Case[] = [
  { what: '`throttled`', failed: { kind: 'throttled' } },
  { what: '`quota_exhausted` with a known reset', failed: { kind: 'quota_exhausted', retryAfterMs: 5000 } },
  { what: '`quota_exhausted` without one', failed: { kind: 'quota_exhausted' } },
  { what: '`overloaded`', failed: { kind: 'overloaded', sent: true, billed: 'no' } },
  { what: '`transient`', failed: LOST },
  { what: '`transient`, perhaps carried out, with `repeatable: false`', failed: LOST, options: { repeatable: false } },
  { what: '`empty`, the first two times', failed: { kind: 'empty' }, tries: 2 },
  { what: '`empty`, the third time', failed: { kind: 'empty' }, tries: 3 },
  { what: '`rejected` by a rate limit', failed: new RateLimitExceededError('quota', '', 'waited_too_long', 5000) },
  { what: '`rejected` by a circuit', failed: new CircuitOpenError('breaker', 'relay', 5000) },
  { what: '`rejected` by a cost limit', failed: COST },
  { what: '`canceled`', failed: { kind: 'canceled' } },
  { what: '`endpoint_failed`', failed: { kind: 'endpoint_failed' } },
  { what: '`request_failed`', failed: { kind: 'request_failed' } },
]

test('the table of what BullMQ is told has every case, and no other', () => {
  expect([...rows.keys()]).toEqual(CASES.map(({ what }) => what))
})

test.each(CASES)('$what becomes what the table says', async ({ what, failed, tries = 1, options }) => {
  const job = { attemptsStarted: tries, moveToDelayed: async () => {}, moveToWait: async () => 0 }
  const judged = failed instanceof Error ? {} : { classifier: { error: () => failed } }
  const work = async (): Promise<never> => {
    throw failed instanceof Error ? failed : new Error('no')
  }
  const processor = jobProcessor<never, typeof job>({ rateLimit: async () => {} }, work, { ...judged, ...options })
  await expect(processor(job, 'token')).rejects.toMatchObject({ name: rows.get(what) })
})
