import { type GenerateContentConfig, GoogleGenAI, Modality } from '@google/genai'
import { imagesOf, resilient } from '@spillway/gemini'
import { aspectRatioOf } from './aspect-ratio.ts'
import { checkPlace, type Place, type PlaceOptions } from './place.ts'
import { sendingOf } from './sending.ts'

const GOOGLE = 'https://generativelanguage.googleapis.com'

/** Settings of a line that go into the request as they are. */
const KNOWN = ['seed', 'temperature', 'topP', 'topK', 'safetySettings', 'systemInstruction'] as const

/**
 * A place that speaks the Gemini API, asked through the official client: the provider itself, or a relay at `baseUrl`.
 *
 * Of an item's settings it takes `aspectRatio` (or the shape of `size`), `imageSize`, `imageConfig`, `seed`, `temperature`,
 * `topP`, `topK`, `safetySettings` and `systemInstruction`; the others are another API's.
 */
export const geminiPlace = (options: PlaceOptions): Place => {
  checkPlace('geminiPlace', options)
  const { name, apiKey, baseUrl, model: ownModel } = options
  const plain = new GoogleGenAI({ apiKey, vertexai: false, ...(baseUrl !== undefined && { httpOptions: { baseUrl } }) })
  const client = resilient(plain, { pipeline: sendingOf(name), expect: 'image' })
  return {
    name,
    model: ownModel,
    host: URL.parse(baseUrl ?? GOOGLE)?.hostname ?? '',
    cannotMake: ({ settings: { n } }) =>
      typeof n === 'number' && n > 1
        ? `"n": ${n} asks for several pictures, and ${name} gives one a request: write a line for each`
        : undefined,
    async ask({ item, model, idempotencyKey, signal }) {
      // The provider itself knows no such key.
      const headers = baseUrl === undefined || idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }
      const config = { ...configOf(item.settings), abortSignal: signal, httpOptions: { headers } }
      return imagesOf(await client.models.generateContent({ model, contents: item.prompt, config }))
    },
  }
}

/** Settings come from a file: what could lead a request elsewhere is not among those that are taken over. */
const configOf = (settings: Readonly<Record<string, unknown>>): GenerateContentConfig => {
  const { aspectRatio = aspectRatioOf(settings['size']), imageSize, imageConfig } = settings
  const image = Object.entries({ ...(imageConfig as object | undefined), aspectRatio, imageSize }).filter(isGiven)
  const taken = KNOWN.map((key) => [key, settings[key]] as const).filter(isGiven)
  return {
    responseModalities: [Modality.IMAGE],
    ...Object.fromEntries(taken),
    ...(image.length > 0 && { imageConfig: Object.fromEntries(image) }),
  }
}

const isGiven = ([, value]: readonly [string, unknown]): boolean => value !== undefined
