import type { Usage } from '@spillway/core'
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
