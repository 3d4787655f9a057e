import { expect, test } from 'vitest'
import type { BatchItem } from '../input/item.ts'
import { costEstimate, costOfAnswer } from './cost.ts'

const item = (more: Partial<BatchItem> = {}): BatchItem => ({
  id: '1',
  line: 1,
  fingerprint: 'f',
  prompt: 'A heron at dawn.',
  settings: {},
  ...more,
})

test('an estimate is that of the dearest model that may make it', () => {
  const prices = { cheap: { perImage: 0.02 }, dear: { perImage: 0.1, perRequest: 0.01, perMillionOutputTokens: 30 } }
  expect(costEstimate(prices, ['cheap'])(item())).toBe(0.02)
  expect(costEstimate(prices, ['cheap', 'dear'])(item())).toBeCloseTo(0.1 + 0.01 + 0.0387)
  // Its model is the first place's, and the second place has another name for it.
  expect(costEstimate(prices, ['cheap', 'dear'])(item({ model: 'cheap' }))).toBeCloseTo(0.1 + 0.01 + 0.0387)
  expect(costEstimate(prices, ['dear'])(item({ model: 'cheap', settings: { n: 2 } }))).toBe(0.04)
  expect(costEstimate(prices, ['cheap'])(item({ model: 'unknown' }))).toBeCloseTo(0.1487)
  expect(costEstimate({}, ['cheap'])(item())).toBe(0)
})

const prices = { painter: { perImage: 0.1, perMillionInputTokens: 2, perMillionOutputTokens: 30 } }
const answer = { item: item(), model: 'painter' }

test('an answer costs what the provider says that it used', () => {
  const usage = { inputTokens: 1000, outputTokens: 2000, tokens: 3000, images: 1 }
  expect(costOfAnswer(prices, { ...answer, usage })).toBeCloseTo(0.1 + 0.002 + 0.06)
  // Thoughts are in the total alone, and cost as the dearer tokens do.
  expect(costOfAnswer(prices, { ...answer, usage: { ...usage, tokens: 4000 } })).toBeCloseTo(0.1 + 0.002 + 0.06 + 0.03)
  expect(costOfAnswer(prices, { ...answer, usage: { images: 0, inputTokens: 500, tokens: 500 } })).toBeCloseTo(0.001)
})

test('what it does not count costs as expected, and without a price there is no cost', () => {
  expect(costOfAnswer(prices, { ...answer, usage: { images: 2 } })).toBeCloseTo(0.2 + 0.000_008 + 0.0387)
  expect(costOfAnswer(prices, { ...answer, model: 'toString', usage: { images: 1 } })).toBeUndefined()
})

test('a star names each model that no other name does', () => {
  const listed = { painter: { perImage: 0.1 }, '*': { perImage: 0.03 } }
  expect(costOfAnswer(listed, { item: item(), model: 'unheard-of', usage: { images: 3 } })).toBeCloseTo(0.09)
  expect(costOfAnswer(listed, { item: item(), model: 'painter', usage: { images: 1 } })).toBe(0.1)
  expect(costEstimate(listed, [])(item({ model: 'unheard-of' }))).toBe(0.03)
  // Workers choose: it may be the dearest.
  expect(costEstimate(listed, [])(item())).toBe(0.1)
})
