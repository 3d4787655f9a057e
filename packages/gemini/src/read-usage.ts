import type { Usage } from '@spillway/core'
import { isFilled, type Json, objectIn, objectsIn } from './json.ts'

/**
 * What an answer, or a chunk of one, says it used: tokens as its `usageMetadata` counts them, tools' prompts with the input,
 * thoughts with the output; and the pictures in it, drafts left out, because nobody says how many they are.
 *
 * @returns `undefined` where nothing is said
 */
export const readUsage = (answer: Json): Usage | undefined => {
  const said = objectIn(answer['usageMetadata'])
  const tokens = tokensOf({
    input: [said['promptTokenCount'], said['toolUsePromptTokenCount']],
    cached: said['cachedContentTokenCount'],
    output: [said['candidatesTokenCount'], said['thoughtsTokenCount']],
    total: said['totalTokenCount'],
  })
  return withImages(tokens, picturesIn(answer) + predictedIn(answer))
}

/** The same of an interaction: in an answer, or in the event that ends a stream. */
export const readInteractionUsage = (interaction: Json): Usage | undefined => {
  const said = objectIn(interaction['usage'])
  const tokens = tokensOf({
    input: [said['total_input_tokens'], said['total_tool_use_tokens']],
    cached: said['total_cached_tokens'],
    output: [said['total_output_tokens'], said['total_thought_tokens']],
    total: said['total_tokens'],
  })
  const contents = objectsIn(interaction['steps'])
    .filter(({ type }) => type === 'model_output')
    .flatMap(({ content }) => objectsIn(content))
  return withImages(tokens, contents.filter(({ type }) => type === 'image').length)
}

interface Counts {
  readonly input: readonly unknown[]
  readonly cached: unknown
  readonly output: readonly unknown[]
  readonly total: unknown
}

const tokensOf = ({ input, cached, output, total }: Counts): Usage => {
  const inputTokens = sumOf(input)
  const outputTokens = sumOf(output)
  const tokens = isCount(total) ? total : sumOf([inputTokens, outputTokens])
  return {
    ...(inputTokens === undefined ? {} : { inputTokens }),
    ...(isCount(cached) ? { cachedInputTokens: cached } : {}),
    ...(outputTokens === undefined ? {} : { outputTokens }),
    ...(tokens === undefined ? {} : { tokens }),
  }
}

/** It comes from outside: whatever is no number of things counts as not said. */
const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0

const sumOf = (values: readonly unknown[]): number | undefined => {
  const counts = values.filter(isCount)
  return counts.length === 0 ? undefined : counts.reduce((sum, each) => sum + each, 0)
}

const withImages = (tokens: Usage, images: number): Usage | undefined => {
  if (images > 0) return { ...tokens, images }
  return Object.keys(tokens).length === 0 ? undefined : tokens
}

const picturesIn = ({ candidates }: Json): number =>
  objectsIn(candidates)
    .flatMap(({ content }) => objectsIn(objectIn(content)['parts']))
    .filter(({ thought, inlineData }) => {
      const { data, mimeType = 'image/png' } = objectIn(inlineData)
      return thought !== true && isFilled(data) && String(mimeType).startsWith('image/')
    }).length

/** `generateImages` and its kin answer with predictions. */
const predictedIn = ({ predictions }: Json): number =>
  objectsIn(predictions).filter(({ bytesBase64Encoded: bytes, gcsUri }) => isFilled(bytes) || isFilled(gcsUri)).length
