import type { GenerateContentResponse, GenerateImagesResponse } from '@google/genai'
import { InvalidOptionsError } from '@spillway/core'
import { type Json, isObject, objectIn, objectsIn } from './json.ts'

/** A picture out of an answer. */
export interface GeneratedImage {
  /** The whole file. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Such as `image/png`. */
  readonly mimeType: string
}

/** What pictures come in: answers of `generateContent`, of `generateImages`, and interactions. */
export type ImageSource =
  | Pick<GenerateContentResponse, 'candidates'>
  | Pick<GenerateImagesResponse, 'generatedImages'>
  | { readonly steps?: readonly object[] | undefined }

/**
 * The finished pictures of an answer, or of one chunk of a stream, in order; drafts that a model made while thinking are
 * left out.
 *
 * The client's own `response.data` glues the data of several pictures together and warns about every text beside them.
 *
 * ```ts
 * import { imagesOf } from '@spillway/gemini'
 *
 * const inlineData = { mimeType: 'image/png', data: 'iVBORw0KGgo=' }
 * const [image] = imagesOf({ candidates: [{ content: { parts: [{ text: 'Here:' }, { inlineData }] } }] })
 * console.log(image?.mimeType, image?.bytes.length) // => image/png 8
 * ```
 *
 * @param response what `generateContent` or `generateImages` gave, a chunk of `generateContentStream`, or an interaction, of
 *   which what came after its last input counts
 * @returns empty where there is no picture
 * @throws InvalidOptionsError for what is no answer at all
 */
export const imagesOf = (response: ImageSource): GeneratedImage[] => {
  if (!isObject(response))
    throw new InvalidOptionsError(
      'imagesOf.response',
      response,
      'an answer of the client: what generateContent() gave, once awaited',
    )
  // Answers of three methods and of any version: read as JSON, in which every field may be missing.
  const { candidates, generatedImages, steps } = response as Json
  return [
    ...objectsIn(candidates)
      .flatMap(({ content }) => objectsIn(objectIn(content)['parts']))
      .filter(({ thought }) => thought !== true)
      .flatMap(({ inlineData }) => imageIn(objectIn(inlineData)['data'], objectIn(inlineData)['mimeType'])),
    ...objectsIn(generatedImages).flatMap(({ image }) =>
      imageIn(objectIn(image)['imageBytes'], objectIn(image)['mimeType']),
    ),
    ...sinceLastInput(objectsIn(steps))
      .filter(({ type }) => type === 'model_output')
      .flatMap(({ content }) => objectsIn(content))
      .flatMap(({ type, data, mime_type: mimeType }) => (type === 'image' ? imageIn(data, mimeType) : [])),
  ]
}

/** An interaction that was continued may show what came before. */
const sinceLastInput = (steps: readonly Json[]): readonly Json[] =>
  steps.slice(steps.findLastIndex(({ type }) => type === 'user_input') + 1)

const imageIn = (data: unknown, named: unknown): GeneratedImage[] => {
  const mimeType = typeof named === 'string' ? named : 'image/png'
  if (typeof data !== 'string' || data === '' || !mimeType.startsWith('image/')) return []
  return [{ bytes: new Uint8Array(Buffer.from(data, 'base64')), mimeType }]
}
