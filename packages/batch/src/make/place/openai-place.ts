import { checkOneOf } from '@spillway/core'
import { imagesOf, resilient } from '@spillway/openai'
import OpenAI from 'openai'
import type { MadeImage } from '../make.ts'
import { ImageNotSentError } from './image-not-sent-error.ts'
import { type Asking, checkPlace, type Place, type PlaceOptions } from './place.ts'
import { sendingOf } from './sending.ts'

/** Options of {@link openaiPlace}. */
export interface OpenAIPlaceOptions extends PlaceOptions {
  /** `images`: `/images/generations`. `chat`: `/chat/completions` with pictures in the message, as some relays have it. @default 'images' */
  readonly api?: 'images' | 'chat'
}

/** The client's limit is the run's business; this is the longest that its timer takes. */
const NO_LIMIT_MS = 2 ** 31 - 1

/**
 * A place that speaks the OpenAI-compatible API, asked through the official client. An item's settings go into the request as they
 * are, its idempotency key as the header `Idempotency-Key`.
 */
export const openaiPlace = (options: OpenAIPlaceOptions): Place => {
  checkPlace('openaiPlace', options, ['api'])
  const { name, apiKey, baseUrl = 'https://api.openai.com/v1', model, api = 'images' } = options
  checkOneOf('openaiPlace.api', api, ['images', 'chat'])
  const plain = new OpenAI({
    apiKey,
    baseURL: baseUrl,
    maxRetries: 0,
    timeout: NO_LIMIT_MS,
    // Whatever else is in the environment was not given to this place.
    organization: null,
    project: null,
  })
  const client = resilient(plain, { pipeline: sendingOf(name) })
  const ask = api === 'images' ? generate : complete
  return {
    name,
    model,
    host: URL.parse(baseUrl)?.hostname ?? '',
    async ask(asking) {
      const { idempotencyKey, signal } = asking
      const headers = idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey }
      const found = imagesOf(await ask(client, asking, { signal, headers }))
      return found.map(({ bytes, mimeType }): MadeImage => {
        if (bytes === undefined) throw new ImageNotSentError(name)
        return { bytes, mimeType }
      })
    },
  }
}

type RequestOptions = Pick<OpenAI.RequestOptions, 'signal' | 'headers'>

/** These send the picture itself and refuse to be told to. */
const SENDS_FILES = /^(?:chatgpt-image|gpt-image)/

const generate = (client: OpenAI, { item, model }: Asking, options: RequestOptions): Promise<OpenAI.ImagesResponse> => {
  const format = SENDS_FILES.test(model) ? {} : ({ response_format: 'b64_json' } as const)
  return client.images.generate({ ...format, ...item.settings, stream: false, model, prompt: item.prompt }, options)
}

const complete = (client: OpenAI, { item, model }: Asking, options: RequestOptions): Promise<OpenAI.ChatCompletion> => {
  const body = {
    // The client's types know words and sound; relays have taken up pictures under the same name.
    modalities: ['image', 'text'] as unknown as ['text'],
    ...item.settings,
    stream: false as const,
    model,
    messages: [{ role: 'user' as const, content: item.prompt }],
  }
  return client.chat.completions.create(body, options)
}
