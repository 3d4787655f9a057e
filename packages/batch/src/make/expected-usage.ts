import { type Price, type Prices, type Usage } from '@spillway/core'
import type { BatchItem } from '../input/item.ts'

/** What a picture counts as in the tokens of the models that count so. */
const TOKENS_PER_IMAGE = 1290
/** A token is about four characters of English. */
const CHARACTERS_PER_TOKEN = 4

/** What one request for an item should use: for quotas and costs, before it is sent. */
export const usageOf = ({
  prompt,
  settings,
}: BatchItem): Usage & Readonly<Record<'images' | 'inputTokens' | 'outputTokens', number>> => {
  const { n } = settings
  const images = typeof n === 'number' && n > 0 ? n : 1
  return {
    images,
    inputTokens: Math.ceil(prompt.length / CHARACTERS_PER_TOKEN),
    outputTokens: images * TOKENS_PER_IMAGE,
  }
}

/** Makes what estimates the cost of one request for an item, whichever of the models makes it: the dearest. */
export const costEstimate = (prices: Prices, models: readonly string[]): ((item: BatchItem) => number) => {
  const known = (names: readonly string[]): readonly Price[] => names.flatMap((name) => prices[name] ?? [])
  return (item) => {
    // A model that nobody has priced costs what the dearest does: a ceiling that trusts in luck is none.
    const asked = known(item.model === undefined ? models : [item.model])
    return Math.max(0, ...(asked.length > 0 ? asked : Object.values(prices)).map((price) => costOf(price, item)))
  }
}

const costOf = (price: Price, item: BatchItem): number => {
  const { images, inputTokens, outputTokens } = usageOf(item)
  const { perRequest = 0, perImage = 0, perMillionInputTokens = 0, perMillionOutputTokens = 0 } = price
  return (
    perRequest +
    images * perImage +
    (inputTokens * perMillionInputTokens + outputTokens * perMillionOutputTokens) / 1_000_000
  )
}
