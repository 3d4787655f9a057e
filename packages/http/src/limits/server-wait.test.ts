import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LONGEST_SERVER_WAIT_MS } from './server-clock.ts'
import { serverWaitMs } from './server-wait.ts'

const NOW = Date.UTC(2026, 2, 2, 12, 0, 0)
const wait = (headers: Record<string, string>, body?: unknown): number | undefined =>
  serverWaitMs(new Headers(headers), body, NOW)

describe('the order', () => {
  const all = {
    'retry-after-ms': '50',
    'x-ms-retry-after-ms': '60',
    'retry-after': '1',
    'x-ratelimit-remaining-requests': '0',
    'x-ratelimit-reset-requests': '6m0s',
  }
  const body = { error: { message: 'retry in 9s', details: [{ retryDelay: '8s' }] } }
  // trap: hint-is-read
  test.for([
    ['retry-after-ms', 50],
    ['x-ms-retry-after-ms', 60],
    ['retry-after', 1000],
  ] as const)('%s decides before all below it', ([name, expected]) => {
    const names = Object.keys(all)
    const below = Object.fromEntries(Object.entries(all).slice(names.indexOf(name)))
    expect(wait(below, body)).toBe(expected)
  })

  test('RetryInfo before the text, the text before the limits', () => {
    const limits = { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '20ms' }
    expect(wait(limits, body)).toBe(8000)
    expect(wait(limits, { error: { message: 'Please retry in 1h2m3.4s.' } })).toBe(3_723_400)
    expect(wait(limits)).toBe(20)
  })

  test('what makes no sense leaves the word to the next', () => {
    expect(wait({ 'retry-after-ms': 'soon', 'retry-after': '2' })).toBe(2000)
    expect(wait({ 'retry-after-ms': '0', 'retry-after': '2' })).toBe(2000)
  })
})

describe('retry-after', () => {
  // trap: hint-is-read
  test.for([
    ['1.5', 1500],
    ['90', 90_000],
    ['Mon, 02 Mar 2026 12:00:30 GMT', 30_000],
    ['Monday, 02-Mar-26 12:00:30 GMT', 30_000],
    ['31536000', LONGEST_SERVER_WAIT_MS],
  ] as const)('%s is %d ms', ([text, expected]) => {
    expect(wait({ 'retry-after': text })).toBe(expected)
  })

  test.for([
    '',
    '0',
    '-5',
    'NaN',
    'Infinity',
    '1e400',
    '0x10',
    '1, 2',
    '1 2',
    '2026-03-02',
    'Mon, 02 Mar 2026 11:59:00 GMT',
    'tomorrow',
    '9'.repeat(400),
  ])('"%s" is no hint', (text) => {
    expect(wait({ 'retry-after': text })).toBeUndefined()
  })

  test('a date is counted from the clock of the server', () => {
    const headers = { date: 'Mon, 02 Mar 2026 13:00:00 GMT', 'retry-after': 'Mon, 02 Mar 2026 13:00:05 GMT' }
    expect(wait(headers)).toBe(5000)
  })

  test('a date without any clock is no hint', () => {
    expect(serverWaitMs(new Headers({ 'retry-after': 'Mon, 02 Mar 2026 12:00:30 GMT' }))).toBeUndefined()
  })
})

// trap: hint-is-read
test.for([
  ['23s', 23_000],
  ['0.9s', 900],
  ['900ms', 900],
  ['55.846891726s', 55_846.891726],
] as const)('RetryInfo %s', ([retryDelay, expected]) => {
  expect(wait({}, { error: { details: [{ retryDelay }] } })).toBeCloseTo(expected, 5)
})

test('a limit that is not used up says nothing about a wait', () => {
  expect(wait({ 'x-ratelimit-remaining-requests': '3', 'x-ratelimit-reset-requests': '1s' })).toBeUndefined()
  expect(wait({ 'x-ratelimit-reset-requests': '1s' })).toBeUndefined()
})

test('of several limits that are used up the longest counts', () => {
  const limits = { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '1s' }
  expect(wait({ ...limits, 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '6m0s' })).toBe(360_000)
})

test.for([
  [
    'RFC 3339, of input tokens',
    {
      'anthropic-ratelimit-input-tokens-remaining': '0',
      'anthropic-ratelimit-input-tokens-reset': '2026-03-02T12:00:09Z',
    },
    9000,
  ],
  ['the standard’s', { ratelimit: '"default";r=0;t=30' }, 30_000],
  ['without a unit', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1000 + 7) }, 7000],
  ['of something that is left', { ratelimit: '"default";r=1;t=30' }, undefined],
] as const)('the reset of what is used up: %s', ([, headers, expected]) => {
  expect(wait({ ...headers })).toBe(expected)
})

describe('words', () => {
  test.for([
    ['Please retry in 10h17m5.7s.', 37_025_700],
    ['Please try again in 20ms.', 20],
    ['Please retry after 20 seconds.', 20_000],
    ['Try again in 5 seconds. Passed model=m', 5000],
    ['Try again in 2 minutes', 120_000],
    ['Please retry after 400 milliseconds', 400],
    ['Quota will be replenished in 1.03:04:05.', LONGEST_SERVER_WAIT_MS],
    ['Quota will be replenished in 00:04:05.', 245_000],
    ['You will regain access on 2026-03-02 at 12:30 UTC.', 1_800_000],
  ] as const)('%s', ([message, expected]) => {
    expect(wait({}, { error: { message } })).toBe(expected)
  })

  test.for([
    'retry in a while',
    'retry in 5 parsecs',
    'regain access on 2020-01-01 at 00:00 UTC',
    'retry in 99:99',
    'retry after -3 seconds',
  ])('"%s" is no hint', (message) => {
    expect(wait({}, { error: { message } })).toBeUndefined()
  })
})

test('no headers at all are fine', () => {
  expect(serverWaitMs(undefined)).toBeUndefined()
})

test('whatever the server says, the wait is sensible or absent', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (first, second, message) => {
      const headers = { get: (name: string) => (name === 'retry-after' ? first : second) }
      const ms = serverWaitMs(headers, { error: { message } }, NOW)
      expect(ms === undefined || (ms > 0 && ms <= LONGEST_SERVER_WAIT_MS)).toBe(true)
    }),
  )
})
