import { GoogleGenAI } from '@google/genai'
import { OpenAI } from 'openai'
import { ModelError } from '@spillway/simulator'
import type { World } from '../world.ts'
import type { Strategy } from './strategy.ts'

/** How one client's HTTP looks. */
interface Protocol {
  readonly promptOf: (body: unknown) => string
  readonly error: (failed: ModelError) => { readonly body: object; readonly headers?: Record<string, string> }
  readonly answer: object
}

/** The clients are the real ones: what leaves them goes to the world, and comes back as the provider would say it. */
const asFetch =
  (world: World, { promptOf, error, answer }: Protocol) =>
  async (_: unknown, init?: RequestInit): Promise<Response> => {
    const prompt = promptOf(JSON.parse(init?.body as string))
    try {
      await world.ask(world.endpoints[0] as string, prompt, init?.signal ?? new AbortController().signal)
    } catch (failed) {
      if (!(failed instanceof ModelError)) throw failed
      if (failed.status === undefined) throw new TypeError('fetch failed', { cause: failed })
      const { body, headers = {} } = error(failed)
      return Response.json(body, { status: failed.status, headers })
    }
    return Response.json(answer)
  }

const IMAGE = { mimeType: 'image/png', data: 'AA==' }

/** openai 7 with its defaults: two retries, 0.5 s doubling to 8 s, hints obeyed, ten minutes per attempt. */
export const openaiClient: Strategy = {
  name: 'openai client, own retries',
  usesGlobals: true,
  start(world) {
    const fetch = asFetch(world, {
      promptOf: (body) => (body as { prompt: string }).prompt,
      error: ({ message, retryAfterMs }) => ({
        body: { error: { message, type: message, code: message } },
        ...(retryAfterMs === undefined ? {} : { headers: { 'retry-after-ms': `${retryAfterMs}` } }),
      }),
      answer: { created: 0, data: [{ b64_json: 'AA==' }] },
    })
    const client = new OpenAI({ apiKey: 'key', baseURL: 'http://127.0.0.1/v1', fetch })
    return async (prompt, signal) => {
      await client.images.generate({ model: 'image', prompt }, { signal })
      return { prompt, endpoint: world.endpoints[0] as string }
    }
  },
}

/** @google/genai 3 with `retryOptions: {}`: five attempts, 1 s doubling to 60 s, × 1–2, hints not read. Without, it never retries. */
export const genaiClient: Strategy = {
  name: '@google/genai, retryOptions',
  usesGlobals: true,
  start(world) {
    const fetch = asFetch(world, {
      promptOf: (body) => (body as { contents: { parts: { text: string }[] }[] }).contents[0]?.parts[0]?.text ?? '',
      error: ({ message, status }) => ({ body: { error: { code: status, message, status: message } } }),
      answer: { candidates: [{ content: { role: 'model', parts: [{ inlineData: IMAGE }] } }] },
    })
    const client = new GoogleGenAI({ apiKey: 'key', httpOptions: { retryOptions: {}, fetch } })
    return async (prompt, abortSignal) => {
      await client.models.generateContent({ model: 'image', contents: prompt, config: { abortSignal } })
      return { prompt, endpoint: world.endpoints[0] as string }
    }
  },
}
