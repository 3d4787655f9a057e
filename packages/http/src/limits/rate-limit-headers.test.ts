import { expect, test } from 'vitest'
import { readRateLimits } from './rate-limit-headers.ts'

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
