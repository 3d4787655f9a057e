import { type GenerateContentResponse, GoogleGenAI, Modality } from '@google/genai'
import { type Classifier, combineClassifiers } from '@spillway/core'
import { geminiClassifier, imagesOf } from '@spillway/gemini'
import { openaiClassifier } from '@spillway/openai'
import OpenAI from 'openai'

/** Where a model is asked. */
export interface Access {
  /** Left out: the provider's own. */
  readonly baseUrl?: string
  readonly apiKey: string
  readonly model: string
}

/** An answer as the client of one API or the other gives it. */
export type ImageAnswer = GenerateContentResponse | OpenAI.ImagesResponse

/** Asks for one image. */
export type AskForImage = (prompt: string, signal: AbortSignal) => Promise<ImageAnswer>

/** The official client, as it comes: it does not retry unless told to. */
export function askGemini({ baseUrl, apiKey, model }: Access): AskForImage {
  const client = new GoogleGenAI({ apiKey, vertexai: false, ...(baseUrl && { httpOptions: { baseUrl } }) })
  return (prompt, abortSignal) =>
    client.models.generateContent({
      model,
      contents: prompt,
      config: { responseModalities: [Modality.IMAGE], abortSignal },
    })
}

/** An OpenAI-compatible relay; the client's own two retries are off, because two retriers in one call multiply. */
export function askRelay({ baseUrl, apiKey, model }: Access): AskForImage {
  const client = new OpenAI({ apiKey, baseURL: baseUrl, maxRetries: 0, organization: null, project: null })
  return (prompt, signal) => client.images.generate({ model, prompt, response_format: 'b64_json' }, { signal })
}

/** Judges what either client throws and gives back. */
export const imageClassifier: Classifier = combineClassifiers(geminiClassifier({ expect: 'image' }), openaiClassifier())

/** The image's bytes, `undefined` where the answer has none. */
export function imageIn(answer: ImageAnswer): Uint8Array | undefined {
  if ('created' in answer) {
    const base64 = answer.data?.[0]?.b64_json
    return base64 === undefined ? undefined : Buffer.from(base64, 'base64')
  }
  return imagesOf(answer)[0]?.bytes
}
