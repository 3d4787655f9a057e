import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readRateLimits, type RateLimitLevel, type RateLimits } from './rate-limit-headers.ts'
import { LONGEST_SERVER_WAIT_MS } from './server-clock.ts'

test('limits, what remains, and when they are whole again', () => {
  const headers = new Headers({
    'x-ratelimit-limit-requests': '60',
    'x-ratelimit-remaining-requests': '59',
    'x-ratelimit-reset-requests': '1s',
    'x-ratelimit-limit-tokens': '150000',
    'x-ratelimit-remaining-tokens': '149984',
    'x-ratelimit-reset-tokens': '6m0s',
  })
  expect(readRateLimits(headers)).toEqual({
    requests: { limit: 60, remaining: 59, resetMs: 1000 },
    tokens: { limit: 150_000, remaining: 149_984, resetMs: 360_000 },
  })
})

test('a reset in plain seconds', () => {
  expect(readRateLimits(new Headers({ 'x-ratelimit-reset-tokens': '1.5' })).tokens).toEqual({ resetMs: 1500 })
})

test('what is missing or makes no sense is left out', () => {
  expect(readRateLimits(new Headers())).toEqual({})
  const odd = new Headers({ 'x-ratelimit-limit-requests': 'many', 'x-ratelimit-remaining-requests': '-1' })
  expect(readRateLimits(odd)).toEqual({})
})

const NOW = Date.UTC(2026, 2, 2, 12, 0, 0)
const read = (headers: Record<string, string>, now: number | undefined = NOW): RateLimits =>
  readRateLimits(new Headers(headers), now)

test('Anthropic’s, by kind of tokens, with times of RFC 3339', () => {
  const level = (unit: string, limit: number, remaining: number, reset: string): Record<string, string> => ({
    [`anthropic-ratelimit-${unit}-limit`]: String(limit),
    [`anthropic-ratelimit-${unit}-remaining`]: String(remaining),
    [`anthropic-ratelimit-${unit}-reset`]: reset,
  })
  expect(
    read({
      ...level('requests', 1000, 999, '2026-03-02T12:00:01Z'),
      ...level('tokens', 96_000, 90_000, '2026-03-02T12:00:32.5Z'),
      ...level('input-tokens', 80_000, 78_000, '2026-03-02T13:00:32+01:00'),
      ...level('output-tokens', 16_000, 12_000, '2026-03-02T11:00:00Z'),
    }),
  ).toEqual({
    requests: { limit: 1000, remaining: 999, resetMs: 1000 },
    tokens: { limit: 96_000, remaining: 90_000, resetMs: 32_500 },
    inputTokens: { limit: 80_000, remaining: 78_000, resetMs: 32_000 },
    outputTokens: { limit: 16_000, remaining: 12_000, resetMs: 0 },
  })
})

test.for([
  ['seconds since 1970', String(NOW / 1000 + 60), 60_000],
  ['milliseconds since 1970', String(NOW + 1500), 1500],
  ['seconds', '45', 45_000],
  ['a time that has passed', String(NOW / 1000 - 60), 0],
  ['a time in a hundred years', '2126-03-02T12:00:00Z', LONGEST_SERVER_WAIT_MS],
  ['a length of a hundred years', '999999999', LONGEST_SERVER_WAIT_MS],
] as const)('without a unit, reset in %s', ([, reset, resetMs]) => {
  const headers = { 'x-ratelimit-limit': '50', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }
  expect(read(headers)).toEqual({ requests: { limit: 50, remaining: 0, resetMs } })
})

test('a time is nothing without a clock, and counted from the server’s where it has one', () => {
  const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1000 + 60) }
  expect(readRateLimits(new Headers(headers)).requests).toEqual({ remaining: 0 })
  expect(read({ ...headers, date: 'Mon, 02 Mar 2026 12:00:50 GMT' }).requests).toEqual({
    remaining: 0,
    resetMs: 10_000,
  })
})

test.for<[string, Record<string, string>, RateLimitLevel | undefined]>([
  [
    'as it is now',
    { ratelimit: '"default";r=50;t=30', 'ratelimit-policy': '"default";q=100;w=60' },
    { limit: 100, remaining: 50, resetMs: 30_000 },
  ],
  [
    'with several policies: the one that binds',
    {
      ratelimit: '"burst";r=0;t=5, "daily";r=0;t=3600, "monthly";r=9',
      'ratelimit-policy': '"burst";q=10;w=60,"daily";q=1000;w=86400',
    },
    { limit: 1000, remaining: 0, resetMs: 3_600_000 },
  ],
  [
    'of 2023',
    { ratelimit: 'limit=100, remaining=0, reset=5', 'ratelimit-policy': '100;w=60' },
    { limit: 100, remaining: 0, resetMs: 5000 },
  ],
  [
    'of 2021',
    { 'ratelimit-limit': '100, 100;w=60', 'ratelimit-remaining': '7', 'ratelimit-reset': '5' },
    { limit: 100, remaining: 7, resetMs: 5000 },
  ],
  ['broken', { ratelimit: '"default";r=-1;t=x' }, undefined],
])('the standard’s, %s', ([, headers, expected]) => {
  expect(read(headers).requests).toEqual(expected)
})

test('a provider’s own header goes before the standard’s', () => {
  expect(read({ 'x-ratelimit-remaining-requests': '3', ratelimit: '"d";r=9;t=1' }).requests).toEqual({ remaining: 3 })
})

test('whatever stands in the headers, levels are sensible or absent', () => {
  const value = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.double().map(String),
    fc.bigInt().map(String),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    fc.constantFrom('"a";r=1;t=999999999999999', 'limit=1, remaining=0, reset=99999999999', '1e999', '99999d', '-1'),
  )
  const NAMES = /^(?:x-ratelimit|ratelimit|anthropic-ratelimit|date)/
  fc.assert(
    fc.property(fc.array(value, { minLength: 1 }), fc.option(fc.double()), (values, now) => {
      let asked = 0
      const headers = { get: (name: string) => (NAMES.test(name) ? (values[asked++ % values.length] ?? null) : null) }
      for (const { limit = 0, remaining = 0, resetMs = 0 } of Object.values(
        readRateLimits(headers, now ?? undefined),
      ) as RateLimitLevel[]) {
        expect(limit).toBeGreaterThanOrEqual(0)
        expect(remaining).toBeGreaterThanOrEqual(0)
        expect(resetMs >= 0 && resetMs <= LONGEST_SERVER_WAIT_MS).toBe(true)
      }
    }),
  )
})

test('a hostile megabyte is read at once', () => {
  const long = ['"a";r=0;t=1,'.repeat(100_000), '1'.repeat(1_000_000), 'a=1'.repeat(300_000)]
  const startedAt = performance.now()
  for (const text of long) readRateLimits({ get: () => text }, NOW)
  expect(performance.now() - startedAt).toBeLessThan(1000)
})
