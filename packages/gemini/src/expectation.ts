import type { OutgoingRequest } from '@spillway/http'
import { objectIn, parseObject, textOfBody } from './json.ts'
import type { Expectation } from './judge-answer.ts'
import { isGeneration, isInteractions } from './model-calls.ts'

export const EXPECTATIONS: readonly Expectation[] = ['image', 'content']

/** What a model of this name is asked for unless the request says otherwise. */
export const expectedOf = (model: string | undefined): Expectation =>
  model !== undefined && /image|banana/i.test(model) ? 'image' : 'content'

/** What a request asks for: what its modalities name, else what the model's name says. */
export const expectedIn = ({ url, body }: Pick<OutgoingRequest, 'url' | 'body'>): Expectation => {
  const interaction = isInteractions(url) ? parseObject(textOfBody(body) ?? '') : undefined
  const modalities = interaction === undefined ? modalitiesIn(body) : wordsIn(interaction['response_modalities'])
  if (modalities.length > 0) return modalities.includes('IMAGE') ? 'image' : 'content'
  const model = interaction === undefined ? /\/models\/([^/:?]+):/.exec(url)?.[1] : interaction['model']
  return expectedOf(typeof model === 'string' ? model : undefined)
}

/**
 * Whether a request may leave pictures on the bill.
 *
 * @param expect what is expected of every answer, whatever requests say
 */
export const makesImages = (request: Pick<OutgoingRequest, 'url' | 'body'>, expect?: Expectation): boolean =>
  isGeneration(request.url) || isInteractions(request.url)
    ? expect === 'image' || expectedIn(request) === 'image'
    : isImagePrediction(request.url)

/** Whether a request is one of `generateImages` and its kin. */
export const isImagePrediction = (url: string): boolean => /\/(?:imagen|imagegeneration)[^/]*:predict$/.test(url)

const modalitiesIn = (body: unknown): readonly string[] => {
  // Prompts with pictures in them are long; most bodies do not name what is not usual.
  if (typeof body !== 'string' || !body.includes('"responseModalities"')) return []
  return wordsIn(objectIn(parseObject(body)?.['generationConfig'])['responseModalities'])
}

const wordsIn = (given: unknown): readonly string[] =>
  Array.isArray(given) ? given.map((each) => String(each).toUpperCase()) : []
