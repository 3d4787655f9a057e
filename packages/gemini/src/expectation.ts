import type { OutgoingRequest } from '@spillway/http'
import type { Expectation } from './judge-answer.ts'

export const EXPECTATIONS: readonly Expectation[] = ['image', 'content']

/** What a model of this name is asked for unless the request says otherwise. */
export const expectedOf = (model: string | undefined): Expectation =>
  model !== undefined && /image|banana/i.test(model) ? 'image' : 'content'

/** What a request asks for: `responseModalities` where it names them, else what the model's name says. */
export const expectedIn = ({ url, body }: Pick<OutgoingRequest, 'url' | 'body'>): Expectation => {
  const modalities = modalitiesIn(body)
  if (modalities.length > 0) return modalities.includes('IMAGE') ? 'image' : 'content'
  return expectedOf(/\/models\/([^/:?]+):/.exec(url)?.[1])
}

const modalitiesIn = (body: unknown): readonly string[] => {
  // Prompts with pictures in them are long; most bodies do not name what is not usual.
  if (typeof body !== 'string' || !body.includes('"responseModalities"')) return []
  try {
    const { generationConfig } = JSON.parse(body) as { generationConfig?: { responseModalities?: unknown } }
    const given = generationConfig?.responseModalities
    return Array.isArray(given) ? given.map((each) => String(each).toUpperCase()) : []
  } catch {
    return []
  }
}
