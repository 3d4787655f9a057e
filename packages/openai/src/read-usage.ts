import type { Usage } from '@spillway/core'
import { isFilled, isObject, objectsOf, type Json } from './json.ts'

/**
 * What an answer, or an event of a stream, says it used. The APIs name the same things differently: completions count
 * `prompt_tokens`, responses and images `input_tokens`. Pictures are counted, because nobody says how many they are.
 *
 * @returns `undefined` where nothing is said
 */
export const readUsage = (said: Json): Usage | undefined => {
  const { usage: given, svg_usage: drawing } = said
  const usage = { ...tokensIn(isObject(given) ? given : {}, isObject(drawing) ? drawing : {}), ...imagesIn(said) }
  return Object.keys(usage).length === 0 ? undefined : usage
}

const tokensIn = (usage: Json, drawing: Json): Usage => {
  const count = (...names: readonly string[]): number | undefined => {
    const counts = [usage, drawing].flatMap((each) => names.map((name) => each[name]).find(isCount) ?? [])
    return counts.length === 0 ? undefined : counts.reduce((sum, each) => sum + each, 0)
  }
  const inputTokens = count('prompt_tokens', 'input_tokens')
  const outputTokens = count('completion_tokens', 'output_tokens')
  const sum =
    inputTokens === undefined && outputTokens === undefined ? undefined : (inputTokens ?? 0) + (outputTokens ?? 0)
  const tokens = count('total_tokens') ?? sum
  const details = usage['prompt_tokens_details'] ?? usage['input_tokens_details']
  const cached = isObject(details) ? details['cached_tokens'] : undefined
  return {
    ...(inputTokens === undefined ? {} : { inputTokens }),
    ...(isCount(cached) ? { cachedInputTokens: cached } : {}),
    ...(outputTokens === undefined ? {} : { outputTokens }),
    ...(tokens === undefined ? {} : { tokens }),
  }
}

/** It comes from outside: whatever is no number of things counts as not said. */
const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0

const imagesIn = (said: Json): Usage => {
  const { data, output, choices, type, b64_json: finished } = said
  const images =
    objectsOf(data).filter(({ b64_json: bytes, url }) => isFilled(bytes) || isFilled(url)).length +
    objectsOf(output).filter(({ type: kind, result }) => kind === 'image_generation_call' && isFilled(result)).length +
    objectsOf(choices)
      .flatMap(({ message, delta }) => [message, delta])
      .flatMap((each) => (isObject(each) ? objectsOf(each['images']) : [])).length +
    (typeof type === 'string' && /^image_\w+\.completed$/.test(type) && isFilled(finished) ? 1 : 0)
  return images === 0 ? {} : { images }
}
