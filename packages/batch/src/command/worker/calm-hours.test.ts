import { loadProfile } from '@spillway/core'
import { expect, test } from 'vitest'
import type { BatchItem } from '../../input/item.ts'
import { inCalmHours } from './calm-hours.ts'

const HOUR = 3_600_000
const NOON = Date.UTC(2026, 0, 1, 12)
const ITEM: BatchItem = { id: 'fox', line: 1, fingerprint: 'print', prompt: 'a fox', settings: {} }
const MADE = { images: [], endpoint: 'relay', model: 'm' }
/** Busy from noon, calmer from six in the evening, calm from midnight. */
const PROFILE = loadProfile([
  { fromHour: 0, level: 'low' },
  { fromHour: 12, level: 'peak' },
  { fromHour: 18, level: 'high' },
])

/** What a worker at that hour makes of an item: a picture, or the milliseconds until it is to be tried again. */
const asked = async (at: number, deadlineAt?: number): Promise<unknown> => {
  const make = inCalmHours(async () => MADE, { profile: PROFILE, spreadMs: 1000 }, { now: () => at, random: () => 0.5 })
  const attempts = { sending: () => {}, ended: () => {} }
  const options = { signal: new AbortController().signal, attempts, ...(deadlineAt !== undefined && { deadlineAt }) }
  return make(ITEM, options).catch((error: { verdict: { retryAfterMs: number } }) => error.verdict.retryAfterMs - 500)
}

test.for([
  ['in a calm hour it is made', NOON - HOUR, undefined, MADE],
  ['in a busy one it waits for midnight', NOON + HOUR / 2, undefined, 11.5 * HOUR],
  ['or for what is less busy, where midnight is too late', NOON, NOON + 10 * HOUR, 6 * HOUR],
  ['with a quarter of an hour to spare', NOON, NOON + 6.2 * HOUR, MADE],
  ['and not at all when nothing better comes in time', NOON, NOON + 2 * HOUR, MADE],
] as const)('%s', async ([, at, deadlineAt, expected]) => {
  expect(await asked(at, deadlineAt)).toEqual(expected)
})
