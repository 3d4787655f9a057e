import { expect, test } from 'vitest'
import type { BatchItem } from '../input/item.ts'
import { costEstimate, usageOf } from './expected-usage.ts'

const item = (more: Partial<BatchItem> = {}): BatchItem => ({
  id: '1',
  line: 1,
  fingerprint: 'f',
  prompt: 'A heron at dawn.',
  settings: {},
  ...more,
})

test('an item uses a token for four letters, and as many pictures as it asks for', () => {
  expect(usageOf(item())).toEqual({ images: 1, inputTokens: 4, outputTokens: 1290 })
  expect(usageOf(item({ settings: { n: 3 } }))).toEqual({ images: 3, inputTokens: 4, outputTokens: 3870 })
  expect(usageOf(item({ settings: { n: 'many' } }))).toMatchObject({ images: 1 })
})

test('an estimate is that of the dearest model that may make it', () => {
  const prices = { cheap: { perImage: 0.02 }, dear: { perImage: 0.1, perRequest: 0.01, perMillionOutputTokens: 30 } }
  expect(costEstimate(prices, ['cheap'])(item())).toBe(0.02)
  expect(costEstimate(prices, ['cheap', 'dear'])(item())).toBeCloseTo(0.1 + 0.01 + 0.0387)
  expect(costEstimate(prices, ['dear'])(item({ model: 'cheap', settings: { n: 2 } }))).toBe(0.04)
  expect(costEstimate(prices, ['cheap'])(item({ model: 'unknown' }))).toBeCloseTo(0.1487)
  expect(costEstimate({}, ['cheap'])(item())).toBe(0)
})
