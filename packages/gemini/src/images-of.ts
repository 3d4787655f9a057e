import type { GenerateContentResponse } from '@google/genai'

/** A picture out of an answer. */
export interface GeneratedImage {
  /** The whole file. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Such as `image/png`. */
  readonly mimeType: string
}

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
 * @param response what `generateContent` gave, or a chunk of `generateContentStream`
 * @returns empty where there is no picture
 */
export const imagesOf = (response: Pick<GenerateContentResponse, 'candidates'>): GeneratedImage[] =>
  (response.candidates ?? []).flatMap(({ content }) =>
    (content?.parts ?? []).flatMap(({ inlineData, thought }) => {
      if (thought || !inlineData?.data || !(inlineData.mimeType ?? 'image/').startsWith('image/')) return []
      const bytes = new Uint8Array(Buffer.from(inlineData.data, 'base64'))
      return [{ bytes, mimeType: inlineData.mimeType ?? 'image/png' }]
    }),
  )
