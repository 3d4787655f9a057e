import type { OutgoingRequest } from '@spillway/http'
import { textOfBody } from './json.ts'
import type { Expectation } from './judge-answer.ts'
import { isGeneration, isInteractions } from './model-calls.ts'

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

/** In the JSON of an interaction. Inside a text its quotation marks would have backslashes before them. */
const INTERACTION_WITH_IMAGES = /"response_modalities"\s*:\s*\[[^\]]*"image"|"model"\s*:\s*"[^"]*(?:image|banana)/i

/** Whether a request may leave pictures on the bill. */
export const makesImages = (request: Pick<OutgoingRequest, 'url' | 'body'>): boolean => {
  if (isGeneration(request.url)) return expectedIn(request) === 'image'
  if (isInteractions(request.url)) return INTERACTION_WITH_IMAGES.test(textOfBody(request.body) ?? '')
  return isImagePrediction(request.url)
}

/** Whether a request is one of `generateImages` and its kin. */
export const isImagePrediction = (url: string): boolean => /\/(?:imagen|imagegeneration)[^/]*:predict$/.test(url)

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
