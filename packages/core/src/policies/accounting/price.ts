import { checkKnown, checkNumber } from '../../kernel/check-options.ts'
import { InvalidOptionsError } from '../../kernel/invalid-options-error.ts'
import type { Usage } from '../../kernel/provider-report.ts'

/** What a model costs, in a currency of your choice: the same everywhere. Each is a number from 0; what is left out is free. */
export interface Price {
  /** For every request that is billed. */
  readonly perRequest?: number
  /** For every image. */
  readonly perImage?: number
  /** For a million tokens of input. */
  readonly perMillionInputTokens?: number
  /** For a million tokens of input that were read from a cache. @default as other input */
  readonly perMillionCachedInputTokens?: number
  /** For a million tokens of output. */
  readonly perMillionOutputTokens?: number
}

/** A price for each model. A model has the name that requests use, or that its endpoint or target says. */
export type Prices = Readonly<Record<string, Price>>

const FIELDS = [
  'perRequest',
  'perImage',
  'perMillionInputTokens',
  'perMillionCachedInputTokens',
  'perMillionOutputTokens',
] as const

/** @throws InvalidOptionsError naming the price that cannot be */
export const checkPrices = (option: string, prices: Prices): void => {
  if (typeof prices !== 'object' || prices === null || Array.isArray(prices))
    throw new InvalidOptionsError(option, prices, 'an object with a price for each model')
  for (const [model, price] of Object.entries(prices)) {
    const path = `${option}['${model}']`
    checkKnown(path, price, FIELDS)
    for (const field of FIELDS)
      if (price[field] !== undefined) checkNumber(`${path}.${field}`, price[field], { min: 0 })
  }
}

const MILLION = 1_000_000

/**
 * What one request costs that used so much. Tokens that are named neither input nor output, a provider's thoughts for
 * instance, cost as the dearer of the two.
 *
 * ```ts
 * import { costOf } from '@spillway/core'
 *
 * console.log(costOf({ perImage: 0.04, perMillionInputTokens: 2 }, { images: 1, inputTokens: 5000 })) // => 0.05
 * ```
 *
 * @param price what a unit costs
 * @param usage what was used, by unit
 * @returns the cost, in the currency of the price
 */
export const costOf = (price: Price, usage: Usage): number => {
  const { inputTokens = 0, outputTokens = 0, cachedInputTokens = 0, images = 0 } = usage
  const otherTokens = Math.max(0, (usage['tokens'] ?? 0) - inputTokens - outputTokens)
  const cachedTokens = Math.min(cachedInputTokens, inputTokens)
  const { perRequest = 0, perImage = 0, perMillionInputTokens = 0, perMillionOutputTokens = 0 } = price
  const { perMillionCachedInputTokens = perMillionInputTokens } = price
  const tokens =
    (inputTokens - cachedTokens) * perMillionInputTokens +
    cachedTokens * perMillionCachedInputTokens +
    outputTokens * perMillionOutputTokens +
    otherTokens * Math.max(perMillionInputTokens, perMillionOutputTokens)
  return perRequest + images * perImage + tokens / MILLION
}
