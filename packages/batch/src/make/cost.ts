import { costOf, type Price, type Prices, type Usage } from '@spillway/core'
import type { BatchItem } from '../input/item.ts'
import { usageOf } from './expected-usage.ts'

/**
 * Makes what estimates the cost of one request for an item, whichever of the models makes it: the dearest.
 *
 * @param models of the places, the first place's first: what asks for that one may be made by each
 */
export const costEstimate = (prices: Prices, models: readonly string[]): ((item: BatchItem) => number) => {
  const known = (names: readonly string[]): readonly Price[] => names.flatMap((name) => priceOf(prices, name) ?? [])
  return (item) => {
    // A model that nobody has priced costs what the dearest does: a ceiling that trusts in luck is none.
    const asked = known(item.model === undefined || item.model === models[0] ? models : [item.model])
    return Math.max(
      0,
      ...(asked.length > 0 ? asked : Object.values(prices)).map((price) => costOf(price, usageOf(item))),
    )
  }
}

/** An answer, as far as it has a price. */
interface Answer {
  readonly item: BatchItem
  /** The model that was asked. */
  readonly model: string
  /** What the provider says that it used, and its pictures. */
  readonly usage: Usage
}

/**
 * What an answer costs by what the provider says that it used: tokens that it does not count cost as expected, pictures are
 * counted. `undefined` where the model has no price.
 */
export const costOfAnswer = (prices: Prices, { item, model, usage }: Answer): number | undefined => {
  const price = priceOf(prices, model)
  if (price === undefined) return undefined
  const { inputTokens, outputTokens } = usageOf(item)
  const expected = TOKENS.some((unit) => usage[unit] !== undefined) ? {} : { inputTokens, outputTokens }
  return costOf(price, { ...expected, ...usage })
}

const TOKENS = ['inputTokens', 'outputTokens', 'tokens'] as const

/** Names what no other name of a price list does: workers of a queue ask for models that their run has never heard of. */
export const ANY_MODEL = '*'

const priceOf = (prices: Prices, model: string): Price | undefined =>
  [model, ANY_MODEL].flatMap((name) => (Object.hasOwn(prices, name) ? (prices[name] ?? []) : []))[0]
