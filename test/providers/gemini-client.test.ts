// What else the official client does: other methods, the caller's own fetch, answers that are none.
import { createRequire } from 'node:module'
import { GenerateContentResponse, GoogleGenAI } from '@google/genai'
import { failover, InvalidOptionsError, pipeline, retry } from '@spillway/core'
import { type GeminiEndpoint, geminiClassifier, pipelineOf, resilient } from '@spillway/gemini'
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  answers,
  ASK,
  chunk,
  connect,
  json,
  ofType,
  provide,
  QUICK,
  rejection,
  requests,
  serve,
} from './gemini-world.ts'

const EVENTS = { 'content-type': 'text/event-stream' }
const OVERLOADED = json(503, { error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } })
const HELLO = json(200, { candidates: [{ content: { parts: [{ text: 'Hello' }] }, finishReason: 'STOP' }] })

afterEach(() => {
  vi.restoreAllMocks()
})

describe('answers that are none', () => {
  // hard case: failure-with-status-200
  test.for([
    ['a page', json(200, '<html>Please log in</html>', 'text/html')],
    ['half of an answer', json(200, '{"candidates":[{"content":')],
    ['an error with status 200', json(200, { error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } })],
    ['nothing', json(200, '')],
    ['an empty list of candidates', json(200, { candidates: [] })],
  ] as const)('%s is tried again', async ([, answer]) => {
    const { url, seen } = await answers(answer, HELLO)
    const { ai } = connect(url)
    expect((await ai.models.generateContent(ASK)).text).toBe('Hello')
    expect(seen).toHaveLength(2)
  })

  test('an error with status 200 is an ApiError in the end', async () => {
    const { url, seen } = await answers(
      json(200, { error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } }),
    )
    const { ai } = connect(url, { retry: { ...QUICK, maxAttempts: 2 } })
    const error = await rejection(ai.models.generateContent(ASK))
    expect(error).toMatchObject({ name: 'ApiError', status: 503 })
    expect(seen).toHaveLength(2)
  })

  test('a page in the place of a stream is tried again', async () => {
    const { url, seen } = await serve((response, hit) => {
      if (hit === 1) response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Please log in</html>')
      else response.writeHead(200, EVENTS).end(chunk('Hello', { finishReason: 'STOP' }))
    })
    const { ai } = connect(url)
    let text = ''
    for await (const part of await ai.models.generateContentStream(ASK)) text += part.text ?? ''
    expect([text, seen.length]).toEqual(['Hello', 2])
  })

  test('a redirect takes no key anywhere', async () => {
    const elsewhere = await answers(HELLO)
    const { url } = await serve((response) => response.writeHead(307, { location: elsewhere.url }).end())
    const { ai } = connect(url)
    const error = await rejection(ai.models.generateContent(ASK))
    expect(String(error)).toContain(`redirects to ${elsewhere.url}. Redirects are not followed`)
    expect(elsewhere.seen).toEqual([])
  })
})

describe('the client', () => {
  // hard case: client-unchanged
  test('keeps its other methods, its headers and its key in a header', async () => {
    const { url, seen } = await answers(OVERLOADED, json(200, { totalTokens: 3 }))
    const httpOptions = { baseUrl: url, headers: { 'x-tenant': 'acme' } }
    const ai = resilient(new GoogleGenAI({ apiKey: 'own-key', httpOptions }), { retry: QUICK })
    expect((await ai.models.countTokens(ASK)).totalTokens).toBe(3)
    expect(seen).toHaveLength(2)
    expect(seen[1]?.headers).toMatchObject({ 'x-goog-api-key': 'own-key', 'x-tenant': 'acme' })
    expect(seen[1]?.url).not.toContain('key')
  })

  // hard case: client-unchanged
  test('embeds through the pipeline', async () => {
    const embedding = await answers(OVERLOADED, json(200, { embeddings: [{ values: [1, 2] }] }))
    const { embeddings } = await connect(embedding.url).ai.models.embedContent({ model: 'embed', contents: 'Hi' })
    expect(embeddings?.[0]?.values).toEqual([1, 2])
    expect(embedding.seen).toHaveLength(2)
  })

  // hard case: client-unchanged
  test('pages through lists, and shares live and credentials with the given one', async () => {
    const page = (name: string, nextPageToken?: string) => json(200, { models: [{ name }], nextPageToken })
    const { url, seen } = await answers(page('models/a', 'next'), page('models/b'))
    const { ai, plain, events } = connect(url)
    const names: (string | undefined)[] = []
    for await (const { name } of await ai.models.list({ config: { pageSize: 1 } })) names.push(name)
    expect(names).toEqual(['models/a', 'models/b'])
    expect(seen[1]?.url).toContain('pageToken=next')
    expect(events).toEqual([])
    expect(ai.live).toBe(plain.live)
    expect([ai.vertexai, ai.models === plain.models]).toEqual([false, false])
  })

  // hard case: client-unchanged
  test('gives answers with their getters, headers and usage', async () => {
    const parts = [{ text: 'Hello' }, { functionCall: { name: 'now', args: {} } }]
    const [status, headers, body] = json(200, {
      candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP' }],
      usageMetadata: { totalTokenCount: 12 },
      responseId: 'r',
    })
    const { url } = await answers(OVERLOADED, [status, { ...headers, 'x-trace': 't' }, body])
    const response = await connect(url).ai.models.generateContent(ASK)
    expect(response).toBeInstanceOf(GenerateContentResponse)
    expect(response.functionCalls).toEqual([{ name: 'now', args: {} }])
    expect(response.sdkHttpResponse?.headers).toMatchObject({ 'x-trace': 't' })
    expect(response).toMatchObject({ responseId: 'r', usageMetadata: { totalTokenCount: 12 } })
  })

  // hard case: client-unchanged
  test('may come from another copy of the package', async () => {
    const copy = createRequire(import.meta.url)('@google/genai') as { readonly GoogleGenAI: typeof GoogleGenAI }
    expect(copy.GoogleGenAI).not.toBe(GoogleGenAI)
    const { url, seen } = await answers(OVERLOADED, HELLO)
    const ai = resilient(new copy.GoogleGenAI({ apiKey: 'key', httpOptions: { baseUrl: url } }), { retry: QUICK })
    expect(ai).toBeInstanceOf(copy.GoogleGenAI)
    expect((await ai.models.generateContent(ASK)).text).toBe('Hello')
    expect(seen).toHaveLength(2)
  })

  // hard case: client-unchanged
  test('sends a call through the fetch of that call, and the pipeline stays above it', async () => {
    const { url } = await answers(OVERLOADED, HELLO)
    const { ai, events } = connect(url)
    const fetch = vi.fn<typeof globalThis.fetch>((input, init) => globalThis.fetch(input, init))
    expect((await ai.models.generateContent({ ...ASK, config: { httpOptions: { fetch } } })).text).toBe('Hello')
    expect(fetch).toHaveBeenCalledTimes(2)
    expect(ofType(events, 'call.completed')).toMatchObject([{ attempts: 2 }])
  })

  // hard case: client-unchanged
  test('sends through its own fetch where it has one', async () => {
    const { url } = await answers(HELLO)
    const fetch = vi.fn<typeof globalThis.fetch>((input, init) => globalThis.fetch(input, init))
    const ai = resilient(new GoogleGenAI({ apiKey: 'key', httpOptions: { baseUrl: url, fetch } }))
    await ai.models.generateContent(ASK)
    expect(fetch).toHaveBeenCalledOnce()
  })

  // hard case: client-unchanged
  test('lifts the limits of Node where it has none', async () => {
    const { url } = await answers(HELLO)
    const fetch = vi.spyOn(globalThis, 'fetch')
    await connect(url).ai.models.generateContent(ASK)
    expect(fetch.mock.calls[0]?.[1]).toHaveProperty('dispatcher')
  })

  test('takes a pipeline that was made elsewhere, endpoints included', async () => {
    const { simulator, url, relayUrl } = await provide({ fault: 'overloaded', times: 5 })
    const endpoints: GeminiEndpoint[] = [
      { name: 'official' },
      { name: 'relay', baseUrl: relayUrl, apiKey: 'relay-key', models: { [ASK.model]: 'banana-pro' } },
    ]
    const calls = pipeline([retry({ maxAttempts: 1 }), failover({ endpoints })])
    const plain = new GoogleGenAI({ apiKey: 'key', httpOptions: { baseUrl: url } })
    const ai = resilient(plain, { pipeline: calls, expect: 'content' })
    expect(pipelineOf(ai)).toBe(calls)
    await ai.models.generateContent(ASK)
    expect(requests(simulator)).toBe(2)
  })

  test('gives the answer of a fallback where nothing else is left', async () => {
    const { url } = await answers(OVERLOADED)
    const parts = [{ text: 'Later.' }]
    const steps = [() => Response.json({ candidates: [{ content: { parts, role: 'model' }, finishReason: 'STOP' }] })]
    const { ai, events } = connect(url, { retry: { ...QUICK, maxAttempts: 1 }, fallback: { steps } })
    expect((await ai.models.generateContent(ASK)).text).toBe('Later.')
    expect(ofType(events, 'fallback.used')).toHaveLength(1)
  })

  test('refuses what would multiply attempts or be ignored', () => {
    const plain = new GoogleGenAI({ apiKey: 'key' })
    const once = resilient(plain)
    expect(() => resilient(once)).toThrow(InvalidOptionsError)
    expect(() => pipelineOf(plain)).toThrow(InvalidOptionsError)
    expect(() => resilient(plain, { pipeline: {} as never })).toThrow(/resilient.pipeline/)
    expect(() => resilient(plain, { pipeline: pipelineOf(once), retry: {} })).toThrow(/resilient.retry/)
    expect(() => resilient(plain, { retyr: {} } as never)).toThrow(/resilient\.retyr .*did you mean retry\?/)
    expect(() => resilient(plain, { expects: 'image' } as never)).toThrow(/resilient\.expects .*did you mean expect\?/)
    expect(() => resilient(plain, { classifier: geminiClassifier() } as never)).toThrow(/resilient.classifier/)
    expect(() => resilient(plain, { expect: 'picture' as never })).toThrow(/resilient.expect/)
    expect(() => resilient(plain, { retries: 3 } as never)).toThrow(/retries/)
    expect(() => resilient(plain, { maxAnswerBytes: 0 })).toThrow(/resilient.maxAnswerBytes/)
    expect(() => resilient(plain, null as never)).toThrow(/resilient must be an object/)
  })

  test('refuses what it cannot wrap, with the way that works', () => {
    class Mine extends GoogleGenAI {
      constructor() {
        super({ apiKey: 'key' })
      }
    }
    expect(() => resilient({} as never)).toThrow(/@google\/genai.*Give other clients resilientFetch\(\)/)
    expect(() => resilient(new Mine())).toThrow(/geminiClassifier\(\) \}\)\.execute/)
  })
})

describe('a plain client inside a pipeline', () => {
  test('is judged by geminiClassifier', async () => {
    const { simulator, url } = await provide({ fault: 'overloaded' }, { fault: 'textOnly' })
    const ai = new GoogleGenAI({ apiKey: 'key', httpOptions: { baseUrl: url } })
    const calls = pipeline([retry(QUICK)], { classifier: geminiClassifier({ expect: 'image' }) })
    const verdicts: string[] = []
    calls.events.subscribe((event) => event.type === 'retry.scheduled' && verdicts.push(event.verdict))
    const request = { model: 'gemini-3-pro-image', contents: 'A red kite' }
    await calls.execute(({ signal }) => ai.models.generateContent({ ...request, config: { abortSignal: signal } }))
    expect(verdicts).toEqual(['overloaded', 'empty'])
    expect(requests(simulator)).toBe(3)
  })
})
