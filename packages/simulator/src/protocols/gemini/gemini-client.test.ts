import { ApiError, type GenerateContentResponse, GoogleGenAI } from '@google/genai'
import { afterEach, expect, test } from 'vitest'
import type { ScriptedReply } from '../../faults/fault.ts'
import { readImagePrompt } from '../../images/image-prompt.ts'
import { presets } from '../../scenario/presets.ts'
import { type Simulator, createSimulator } from '../../simulator.ts'

let simulator: Simulator
afterEach(() => simulator.close())

async function connect(replies: readonly ScriptedReply[] = [], path = ''): Promise<GoogleGenAI> {
  simulator = createSimulator({ ...presets.instant, replies, endpoints: { gemini: {} } })
  const { url } = await simulator.listen()
  return new GoogleGenAI({ apiKey: 'test', httpOptions: { baseUrl: url + path } })
}

const ASK = { model: 'gemini-3.5-flash', contents: 'Tell me of rivers' }
const DRAW = { model: 'gemini-3-pro-image', contents: 'A heron' }

async function readStream(ai: GoogleGenAI, abortSignal?: AbortSignal): Promise<{ text: string; ended: string }> {
  let text = ''
  try {
    const stream = await ai.models.generateContentStream({ ...ASK, config: { ...(abortSignal && { abortSignal }) } })
    for await (const chunk of stream) text += chunk.text ?? ''
    return { text, ended: 'ended' }
  } catch (error) {
    return { text, ended: `${(error as Error).name}: ${(error as Error).message}` }
  }
}

test('a chat answer is whole: text, finish reason, usage, model, id', async () => {
  const ai = await connect()
  const answer = await ai.models.generateContent(ASK)
  expect(answer.text).toMatch(/^About "Tell me of rivers": /)
  expect(answer.candidates?.[0]?.finishReason).toBe('STOP')
  expect(answer.usageMetadata?.totalTokenCount).toBeGreaterThan(answer.usageMetadata!.promptTokenCount!)
  expect(answer).toMatchObject({
    modelVersion: 'gemini-3.5-flash',
    responseId: expect.stringMatching(/^[0-9a-f]{32}$/),
  })
})

test('503 twice, then 200, under an endpoint of its own', async () => {
  simulator = createSimulator({
    ...presets.instant,
    endpoints: { gemini: { replies: [{ fault: 'overloaded', times: 2 }] } },
  })
  const { url } = await simulator.listen()
  const ai = new GoogleGenAI({ apiKey: 'test', httpOptions: { baseUrl: `${url}/e/gemini` } })
  const outcomes: unknown[] = []
  for (let attempt = 0; attempt < 3; attempt++) {
    outcomes.push(
      await ai.models.generateContent(ASK).then(
        ({ text }) => typeof text,
        (error: ApiError) => error.status,
      ),
    )
  }
  expect(outcomes).toEqual([503, 503, 'string'])
  expect(simulator.counters().endpoints['gemini']?.outcomes).toEqual({ overloaded: 2, ok: 1 })
})

test('a stream carries the same text in pieces, and ends with its finish reason', async () => {
  const ai = await connect()
  const whole = await ai.models.generateContent(ASK)
  expect(await readStream(ai)).toEqual({ text: whole.text, ended: 'ended' })
  const chunks: GenerateContentResponse[] = []
  for await (const chunk of await ai.models.generateContentStream(ASK)) chunks.push(chunk)
  expect(chunks.length).toBeGreaterThan(20)
  expect(chunks.at(-1)?.candidates?.[0]?.finishReason).toBe('STOP')
  expect(chunks.at(-1)?.usageMetadata?.totalTokenCount).toBe(whole.usageMetadata?.totalTokenCount)
})

test('an image arrives as a PNG of its prompt, in the shape asked for', async () => {
  const ai = await connect()
  const answer = await ai.models.generateContent({ ...DRAW, config: { imageConfig: { aspectRatio: '16:9' } } })
  const png = Buffer.from(answer.data ?? '', 'base64')
  expect(readImagePrompt(png)).toEqual({ prompt: 'A heron', model: 'gemini-3-pro-image' })
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([256, 144])
  expect(answer.usageMetadata?.candidatesTokenCount).toBe(1290)
})

test('an image is also made when the modalities ask for it, and streams', async () => {
  const ai = await connect()
  const config = { responseModalities: ['TEXT', 'IMAGE'] }
  const stream = await ai.models.generateContentStream({ model: 'some-model', contents: 'A heron', config })
  let data = ''
  for await (const chunk of stream) data += chunk.data ?? ''
  expect(readImagePrompt(Buffer.from(data, 'base64'))?.prompt).toBe('A heron')
})

test.each([
  ['invalidRequest', 400, 'INVALID_ARGUMENT'],
  ['invalidKey', 400, 'API_KEY_INVALID'],
  ['unauthenticated', 401, 'UNAUTHENTICATED'],
  ['permissionDenied', 403, 'PERMISSION_DENIED'],
  ['notFound', 404, 'NOT_FOUND'],
  ['rateLimited', 429, 'PerMinute'],
  ['dailyQuota', 429, 'PerDay'],
  ['zeroQuota', 429, 'limit: 0'],
  ['internal', 500, 'INTERNAL'],
  ['overloaded', 503, 'The model is overloaded. Please try again later.'],
  ['capacityExhausted', 503, 'MODEL_CAPACITY_EXHAUSTED'],
  ['deadlineExceeded', 504, 'DEADLINE_EXCEEDED'],
] as const)('%s reaches the client as %i with %s', async (fault, status, word) => {
  const ai = await connect([{ fault }])
  const error = await ai.models.generateContent(ASK).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ApiError)
  expect(error).toMatchObject({ status, message: expect.stringContaining(word) })
})

test('200 without an image: none made, words only, nothing, or withheld', async () => {
  const ai = await connect([
    { fault: 'noImage' },
    { fault: 'textOnly' },
    { fault: 'emptyObject' },
    { fault: 'blockedPrompt', reason: 'SAFETY' },
    { fault: 'blockedOutput' },
  ])
  const draw = (): Promise<GenerateContentResponse> => ai.models.generateContent(DRAW)
  expect((await draw()).candidates?.[0]?.finishReason).toBe('NO_IMAGE')
  const words = await draw()
  expect([words.candidates?.[0]?.finishReason, words.data, typeof words.text]).toEqual(['STOP', undefined, 'string'])
  expect((await draw()).candidates).toBeUndefined()
  expect((await draw()).promptFeedback?.blockReason).toBe('SAFETY')
  expect((await draw()).candidates?.[0]?.finishReason).toBe('IMAGE_SAFETY')
})

test('a stream that stalls stays silent until the caller ends it', async () => {
  const ai = await connect([{ fault: 'stall', afterChunks: 3 }])
  const { text, ended } = await readStream(ai, AbortSignal.timeout(400))
  expect(text).toBe('About "Tell me')
  expect(ended).toMatch(/abort|timeout/i)
})

test('a reset, a truncation and an error inside a stream end as the client shows them', async () => {
  const ai = await connect([
    { fault: 'reset', afterChunks: 2 },
    { fault: 'truncated', afterChunks: 2 },
    { fault: 'inBandError', afterChunks: 2 },
    { fault: 'inBandError' },
  ])
  expect((await readStream(ai)).ended).toBe('TypeError: terminated')
  // The client takes a stream without finish reason for whole: what a resilience layer must notice.
  expect(await readStream(ai)).toEqual({ text: 'About "Tell', ended: 'ended' })
  expect(await readStream(ai)).toEqual({ text: 'About "Tell', ended: expect.stringContaining('UNAVAILABLE') })
  expect(await readStream(ai)).toEqual({ text: '', ended: expect.stringContaining('UNAVAILABLE') })
})

test('odd error bodies reach the client with their status', async () => {
  const ai = await connect([{ fault: 'textError' }, { fault: 'badGateway' }, { fault: 'stringError' }])
  const status = (): Promise<unknown> => ai.models.generateContent(ASK).catch((error: ApiError) => error.status)
  expect([await status(), await status(), await status()]).toEqual([503, 502, 503])
})
