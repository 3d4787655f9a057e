import { InvalidOptionsError } from '@spillway/core'
import type OpenAI from 'openai'
import { isFilled, isObject, objectsOf, type Json } from './json.ts'

/** A picture out of an answer: the file, or where the provider keeps it for a while. */
export type GeneratedImage =
  | {
      /** The whole file. */
      readonly bytes: Uint8Array<ArrayBuffer>
      /** Such as `image/png`. */
      readonly mimeType: string
      readonly url?: undefined
    }
  | {
      /** Where to fetch the file; providers delete it after an hour or so. */
      readonly url: string
      readonly bytes?: undefined
      readonly mimeType?: undefined
    }

/** What pictures come in: answers of the images, responses and chat APIs, and events of an image stream. */
export type ImageSource =
  | OpenAI.ImagesResponse
  | OpenAI.ImageGenStreamEvent
  | OpenAI.ImageEditStreamEvent
  | OpenAI.Responses.Response
  | OpenAI.ChatCompletion

/**
 * The finished pictures of an answer, or of one event of a stream, in order; drafts (`partial_image`) are left out.
 *
 * ```ts
 * import { imagesOf } from '@spillway/openai'
 *
 * const [image] = imagesOf({ created: 0, data: [{ b64_json: 'iVBORw0KGgo=' }] })
 * console.log(image?.mimeType, image?.bytes?.length) // => image/png 8
 * ```
 *
 * @param answer what `images.generate` or `images.edit` gave, an event of their streams, a response with the image tool's
 *   results, or a completion of a relay that puts pictures into messages: as `images`, as parts, or as files in Markdown
 * @returns empty where there is no picture
 * @throws InvalidOptionsError for what is no answer at all
 */
export const imagesOf = (answer: ImageSource): GeneratedImage[] => {
  if (!isObject(answer))
    throw new InvalidOptionsError(
      'imagesOf.answer',
      answer,
      'an answer of the client: what images.generate() gave, once awaited',
    )
  const { type, data, output, choices, output_format: format, b64_json: bytes } = answer as Json
  if (typeof type === 'string') return type.endsWith('.completed') ? imageIn({ bytes, format }) : []
  return [
    ...objectsOf(data).flatMap(({ b64_json: each, url }) => imageIn({ bytes: each, url, format })),
    ...objectsOf(output)
      .filter(({ type: kind }) => kind === 'image_generation_call')
      .flatMap(({ result, output_format: own }) => imageIn({ bytes: result, format: own })),
    ...objectsOf(choices).flatMap(({ message }) => (isObject(message) ? picturesIn(message) : [])),
  ]
}

/** Relays disagree about where in a message a picture belongs; one that has two places for it says the same twice. */
const picturesIn = ({ images, content }: Json): GeneratedImage[] => {
  const parts = [...objectsOf(images), ...objectsOf(content)]
  const found = parts.flatMap(({ image_url: link }) => (isObject(link) ? imageIn({ url: link['url'] }) : []))
  if (found.length > 0 || typeof content !== 'string') return found
  return [...content.matchAll(MARKDOWN)].flatMap(([, url]) => imageIn({ url }))
}

/** A picture in words, the file itself: a link may be to anything. */
const MARKDOWN = /!\[[^\]]{0,300}\]\((data:image\/[\w.+-]{1,40};base64,[\w+/=]+)\)/g

const DATA_URL = /^data:([\w.+/-]+);base64,/

const imageIn = (found: { bytes?: unknown; url?: unknown; format?: unknown }): GeneratedImage[] => {
  const { bytes, url, format } = found
  if (typeof bytes === 'string' && isFilled(bytes)) return [inlineFile(bytes) ?? asFile(bytes, namedType(format))]
  if (typeof url !== 'string' || url === '') return []
  return [inlineFile(url) ?? { url }]
}

/** Some relays write it where the bytes alone belong. */
const inlineFile = (text: string): GeneratedImage | undefined => {
  const [whole, mimeType] = DATA_URL.exec(text) ?? []
  return whole === undefined ? undefined : asFile(text.slice(whole.length), mimeType)
}

const asFile = (base64: string, said: string | undefined): GeneratedImage => {
  const bytes = new Uint8Array(Buffer.from(base64, 'base64'))
  return { bytes, mimeType: sniffedType(bytes) ?? said ?? 'image/png' }
}

const namedType = (format: unknown): string | undefined =>
  typeof format !== 'string' ? undefined : format === 'svg' ? 'image/svg+xml' : `image/${format}`

const SIGNATURES: readonly (readonly [string, RegExp])[] = [
  ['image/png', /^\x89PNG/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8/],
  ['image/webp', /^RIFF[^]{4}WEBP/],
]

/** What the file itself says: relays name the format wrongly, or not at all. */
const sniffedType = (bytes: Uint8Array): string | undefined => {
  const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1')
  return SIGNATURES.find(([, signature]) => signature.test(start))?.[0]
}
