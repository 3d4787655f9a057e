// The official client on the cloud platform: paths with project and location, tokens in the place of keys.
import { GoogleGenAI, type GoogleGenAIOptions } from '@google/genai'
import { fallback, InvalidOptionsError, pipeline } from '@spillway/core'
import { geminiClassifier, imagesOf, pipelineOf, resilient, type StandardChoice } from '@spillway/gemini'
import { expect, test, vi } from 'vitest'
import {
  answers,
  ASK,
  chunk,
  collect,
  json,
  ofType,
  provide,
  QUICK,
  rejection,
  requests,
  serve,
  startStream,
} from './gemini-world.ts'

const OVERLOADED = json(503, { error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } })
const SHARED = {
  error: { code: 429, message: 'Resource has been exhausted (e.g. check quota).', status: 'RESOURCE_EXHAUSTED' },
}
const HELLO = json(200, { candidates: [{ content: { parts: [{ text: 'Hello' }] }, finishReason: 'STOP' }] })
const MODEL = `publishers/google/models/${ASK.model}`

/** Credentials that need no network. */
const signedIn = (token = 'a-token') => ({
  getRequestHeaders: vi.fn<() => Promise<Headers>>(async () => new Headers({ authorization: `Bearer ${token}` })),
})
const cloud = (url: string, more: GoogleGenAIOptions = {}): GoogleGenAI =>
  new GoogleGenAI({
    vertexai: true,
    project: 'p',
    location: 'us-central1',
    googleAuthOptions: { authClient: signedIn() as never },
    httpOptions: { baseUrl: url },
    ...more,
  })
const connectCloud = (url: string, options: StandardChoice = {}, more: GoogleGenAIOptions = {}) => {
  const ai = resilient(cloud(url, more), { retry: QUICK, ...options })
  const events: Parameters<typeof ofType>[0][number][] = []
  pipelineOf(ai).events.subscribe((event) => events.push(event))
  return { ai, events }
}

test('a client with a project goes through the pipeline, with the same token for each attempt', async () => {
  const authClient = signedIn()
  const { url, seen } = await answers(OVERLOADED, HELLO)
  const { ai, events } = connectCloud(url, {}, { googleAuthOptions: { authClient: authClient as never } })
  expect((await ai.models.generateContent(ASK)).text).toBe('Hello')
  expect(seen.map((each) => each.url)).toEqual(
    Array(2).fill(`/v1beta1/projects/p/locations/us-central1/${MODEL}:generateContent`),
  )
  expect(seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer a-token', 'Bearer a-token'])
  expect(authClient.getRequestHeaders).toHaveBeenCalledTimes(1)
  expect(ofType(events, 'call.completed')).toMatchObject([{ attempts: 2, verdict: { kind: 'success' } }])
})

test.for([
  ['a key of the express mode', { apiKey: 'express', project: undefined, location: undefined }, `/v1beta1/${MODEL}`],
  ['the place of all places', { location: 'global' }, `/v1beta1/projects/p/locations/global/${MODEL}`],
  ['the older version', { apiVersion: 'v1' }, `/v1/projects/p/locations/us-central1/${MODEL}`],
] as const)('works with %s', async ([, options, path]) => {
  const { url, seen } = await answers(OVERLOADED, HELLO)
  const { ai } = connectCloud(url, {}, options as GoogleGenAIOptions)
  expect((await ai.models.generateContent(ASK)).text).toBe('Hello')
  expect(seen).toHaveLength(2)
  expect(seen[1]?.url).toBe(`${path}:generateContent`)
  expect(seen[1]?.headers['x-goog-api-key']).toBe('apiKey' in options ? 'express' : undefined)
})

test('the simulator answers under its paths, and a stream is one', async () => {
  const { simulator, url } = await provide({ fault: 'overloaded' }, { fault: 'none', text: 'Hello out there' })
  const { ai } = connectCloud(url)
  const chunks = await collect(await ai.models.generateContentStream(ASK))
  expect(chunks.map(({ text }) => text ?? '').join('')).toBe('Hello out there')
  expect(requests(simulator)).toBe(2)
})

test('break closes the socket', async () => {
  const { url, left } = await serve((response) => startStream(response, chunk('Hel')))
  const { ai } = connectCloud(url)
  for await (const { text } of await ai.models.generateContentStream(ASK)) if (text) break
  await left
})

// hard case: meanings-of-429
test('the capacity that all customers share is an overload, also inside a stream of status 200', async () => {
  const { url, seen } = await serve((response, hit) => {
    if (hit === 1) return response.writeHead(429, { 'content-type': 'application/json' }).end(JSON.stringify(SHARED))
    startStream(response)
    return response.end(hit === 2 ? `data: ${JSON.stringify(SHARED)}\n\n` : chunk('Hello', { finishReason: 'STOP' }))
  })
  const { ai, events } = connectCloud(url)
  expect(await collect(await ai.models.generateContentStream(ASK))).toHaveLength(1)
  expect(seen).toHaveLength(3)
  expect(ofType(events, 'retry.scheduled')).toMatchObject([{ verdict: 'overloaded' }, { verdict: 'overloaded' }])
})

test('another location takes over, with the same token', async () => {
  const { url, seen } = await answers(OVERLOADED, HELLO)
  const { ai, events } = connectCloud(url, {
    endpoints: [{ name: 'america' }, { name: 'europe', location: 'europe-west4' }],
  })
  expect((await ai.models.generateContent(ASK)).text).toBe('Hello')
  expect(seen.map((each) => /locations\/([\w-]+)/.exec(each.url)?.[1])).toEqual(['us-central1', 'europe-west4'])
  expect(seen[1]?.headers.authorization).toBe('Bearer a-token')
  expect(ofType(events, 'endpoint.failed_over')).toMatchObject([{ from: 'america', to: 'europe' }])
})

test('interactions go to the project’s path', async () => {
  const steps = [{ type: 'model_output', content: [{ type: 'text', text: 'Hi' }] }]
  const { url, seen } = await answers(OVERLOADED, json(200, { id: 'i', status: 'completed', steps }))
  const { ai } = connectCloud(url)
  expect((await ai.interactions.create({ model: ASK.model, input: 'Hi' })).id).toBe('i')
  expect(seen.map((each) => each.url)).toEqual(Array(2).fill('/v1beta1/projects/p/locations/us-central1/interactions'))
  expect(seen[1]?.headers.authorization).toBe('Bearer a-token')
})

test('pictures are made the older way as well, and what was filtered is asked for again', async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  const filtered = json(200, { predictions: [{ raiFilteredReason: 'because' }] })
  const picture = json(200, { predictions: [{ bytesBase64Encoded: 'AAAA', mimeType: 'image/png' }] })
  const { url, seen } = await answers(OVERLOADED, filtered, json(200, {}), picture)
  const { ai } = connectCloud(url)
  const request = { model: 'imagen-4.0-generate-001', prompt: 'A red kite', config: { numberOfImages: 1 } }
  const answer = await ai.models.generateImages(request)
  expect(answer.generatedImages?.map(({ image }) => image?.imageBytes)).toEqual(['AAAA'])
  expect(imagesOf(answer)).toEqual([{ bytes: new Uint8Array(3), mimeType: 'image/png' }])
  expect(seen).toHaveLength(4)
  vi.restoreAllMocks()
})

test('the Gemini API is no endpoint of it, and takes over where a client of its own is asked', async () => {
  const gone = await answers(OVERLOADED)
  const { url, seen } = await answers(HELLO)
  const developer = new GoogleGenAI({ apiKey: 'key', httpOptions: { baseUrl: gone.url } })
  const endpoint = { name: 'cloud', baseUrl: 'https://aiplatform.googleapis.com', apiKey: 'key' }
  expect(() => resilient(developer, { endpoints: [endpoint] })).toThrow(InvalidOptionsError)
  expect(() => resilient(developer, { endpoints: [endpoint] })).toThrow(/Make a client for each/)

  const first = resilient(developer, { retry: { ...QUICK, maxAttempts: 2 } })
  const { ai: second } = connectCloud(url)
  const calls = pipeline([fallback({ steps: [() => second.models.generateContent(ASK)] })], {
    classifier: geminiClassifier(),
  })
  const answer = await calls.execute(() => first.models.generateContent(ASK))
  expect(answer.text).toBe('Hello')
  expect([gone.seen.length, seen.length]).toEqual([2, 1])
})

test('a token that cannot be had is an error of the caller’s own, and nothing is sent', async () => {
  const { url, seen } = await answers(HELLO)
  const authClient = { getRequestHeaders: async () => Promise.reject(new Error('no credentials')) }
  const { ai } = connectCloud(url, {}, { googleAuthOptions: { authClient: authClient as never } })
  expect((await rejection(ai.models.generateContent(ASK))).message).toBe('no credentials')
  expect(seen).toEqual([])
})
