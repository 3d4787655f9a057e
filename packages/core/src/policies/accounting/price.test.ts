import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { costOf } from './price.ts'

describe('what a request costs', () => {
  const price = { perRequest: 0.001, perImage: 0.04, perMillionInputTokens: 2, perMillionOutputTokens: 10 }

  test.each([
    ['nothing but the request', {}, 0.001],
    ['images', { images: 2 }, 0.081],
    ['input and output', { inputTokens: 1000, outputTokens: 500 }, 0.001 + 0.002 + 0.005],
    ['tokens that are neither, as the dearer', { inputTokens: 1000, outputTokens: 500, tokens: 1600 }, 0.008 + 0.001],
    ['tokens alone', { tokens: 1000 }, 0.011],
    ['cached input, without a price of its own', { inputTokens: 1000, cachedInputTokens: 900 }, 0.003],
    ['a unit without a price', { seconds: 9 }, 0.001],
  ])('%s', (_, usage, cost) => {
    expect(costOf(price, usage)).toBeCloseTo(cost, 12)
  })

  test('cached input at its own price', () => {
    const cached = { perMillionInputTokens: 2, perMillionCachedInputTokens: 0.5 }
    expect(costOf(cached, { inputTokens: 1_000_000, cachedInputTokens: 600_000 })).toBeCloseTo(0.8 + 0.3, 12)
    expect(costOf(cached, { inputTokens: 100, cachedInputTokens: 900 })).toBeCloseTo(0.00005, 12)
  })

  const amount = fc.nat({ max: 10_000_000 })
  const usages = fc.record({ inputTokens: amount, outputTokens: amount, tokens: amount, images: amount })
  test.prop([usages, fc.constantFrom('inputTokens', 'outputTokens', 'tokens', 'images')])(
    'is never less for more',
    (usage, unit) => {
      const more = { ...usage, [unit]: usage[unit] + 1, tokens: usage.tokens + (unit === 'images' ? 0 : 1) }
      expect(costOf(price, more)).toBeGreaterThanOrEqual(costOf(price, usage))
    },
  )
})
