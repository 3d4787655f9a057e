import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LONGEST_SERVER_WAIT_MS, serverWaitMs } from './server-wait.ts'

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
