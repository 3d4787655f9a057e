// The official @google/genai client over real sockets; requests are counted at the server.
import { ApiError, GoogleGenAI } from '@google/genai'
import { imagesOf, pipelineOf, resilient } from '@spillway/gemini'
import { readImagePrompt } from '@spillway/simulator'
import { describe, expect, test } from 'vitest'
import {
  ASK,
  CHAT_MODEL,
  collect,
  connect,
  IMAGE_MODEL,
  ofType,
  provide,
  QUICK,
  rejection,
  requests,
} from './gemini-world.ts'

describe('retries', () => {
  // hard case: overloaded-twice
  test('two 503 and an answer make one answer out of three requests', async () => {
    const { simulator, url } = await provide({ fault: 'overloaded', times: 2, retryAfterMs: 30_000 })
    const { ai, events } = connect(url)
    const response = await ai.models.generateContent({ model: IMAGE_MODEL, contents: 'A red kite' })
    expect(requests(simulator)).toBe(3)
    const [image] = imagesOf(response)
    expect(image?.mimeType).toBe('image/png')
    expect(readImagePrompt(image?.bytes ?? new Uint8Array())).toEqual({ prompt: 'A red kite', model: IMAGE_MODEL })
    for (const scheduled of ofType(events, 'retry.scheduled')) {
      expect(scheduled).toMatchObject({ verdict: 'overloaded', retryAfterMs: 30 })
      expect(scheduled).toHaveProperty(
        'delayMs',
        expect.toSatisfy((ms: number) => ms >= 30 && ms <= 36),
      )
    }
    const told = events.map(({ type }) => type).filter((type) => /^(?:call|attempt|retry)\./.test(type))
    const failed = ['attempt.started', 'attempt.completed', 'retry.scheduled']
    expect(told).toEqual([
      'call.started',
      ...failed,
      ...failed,
      'attempt.started',
      'attempt.completed',
      'call.completed',
    ])
    expect(ofType(events, 'call.completed')).toMatchObject([{ verdict: { kind: 'success' }, attempts: 3 }])
  })

  test('the wait of RetryInfo is a minimum', async () => {
    const { url } = await provide({ fault: 'rateLimited', retryAfterMs: 80_000 })
    const { ai, events } = connect(url)
    await ai.models.generateContent(ASK)
    const [scheduled] = ofType(events, 'retry.scheduled')
    expect(scheduled).toMatchObject({ verdict: 'throttled', retryAfterMs: 80 })
    expect(scheduled).toHaveProperty(
      'delayMs',
      expect.toSatisfy((ms: number) => ms >= 80),
    )
  })

  // trap: no-stacked-retries
  // hard case: one-retry-loop
  test('the client’s own retries do not multiply ours', async () => {
    const { simulator, url } = await provide({ fault: 'overloaded', times: 50 })
    const retryOptions = { attempts: 4, initialDelay: 0.001 }
    const plain = new GoogleGenAI({ apiKey: 'key', httpOptions: { baseUrl: url, retryOptions } })
    const ai = resilient(plain, { retry: { ...QUICK, maxAttempts: 3 } })
    const config = { httpOptions: { retryOptions } }
    await rejection(ai.models.generateContent({ ...ASK, config }))
    expect(requests(simulator)).toBe(3)
  })

  test('a hang is ended by the limit of an attempt, and the next one answers', async () => {
    const { simulator, url } = await provide({ fault: 'hang' })
    const { ai, events } = connect(url, { timeout: { attemptMs: 1000 } })
    const response = await ai.models.generateContent(ASK)
    expect(response.text).not.toBe('')
    expect(requests(simulator)).toBe(2)
    expect(ofType(events, 'timeout.exceeded')).toMatchObject([{ phase: 'attempt', limitMs: 1000 }])
  })

  test('a dead connection is tried again', async () => {
    const { simulator, url } = await provide({ fault: 'connectionReset' })
    const { ai } = connect(url)
    await ai.models.generateContent(ASK)
    expect(requests(simulator)).toBe(2)
  })

  test('the error of the last attempt is the provider’s own', async () => {
    const { simulator, url } = await provide({ fault: 'invalidRequest' })
    const { ai } = connect(url)
    const error = await rejection(ai.models.generateContent(ASK))
    expect(requests(simulator)).toBe(1)
    expect(error).toBeInstanceOf(ApiError)
    expect(JSON.parse(error.message)).toMatchObject({ error: { code: 400, status: 'INVALID_ARGUMENT' } })
  })

  test('a spent daily quota is not asked again', async () => {
    const { simulator, url } = await provide({ fault: 'dailyQuota', times: 5 })
    const { ai, events } = connect(url)
    const error = await rejection(ai.models.generateContent(ASK))
    expect(error).toMatchObject({ name: 'ApiError', status: 429 })
    expect(requests(simulator)).toBe(1)
    expect(ofType(events, 'circuit.opened')).toMatchObject([{ verdict: 'quota_exhausted' }])
  })

  test('what is not asked of a model is sent as it is', async () => {
    const { simulator, url } = await provide()
    const { ai, events } = connect(url)
    await rejection(ai.files.list())
    expect(requests(simulator)).toBe(1)
    expect(events).toEqual([])
  })
})

describe('the client', () => {
  // hard case: client-unchanged
  test('is a client of its own, and the given one stays as it was', async () => {
    const { simulator, url } = await provide({ fault: 'overloaded', times: 5 })
    const { ai, plain } = connect(url)
    expect(ai).toBeInstanceOf(GoogleGenAI)
    expect(ai).not.toBe(plain)
    const error = await rejection(plain.models.generateContent(ASK))
    expect(error).toMatchObject({ name: 'ApiError', status: 503 })
    expect(requests(simulator)).toBe(1)
  })

  // hard case: client-unchanged
  test('chats go through the pipeline, whole and in a stream', async () => {
    const { simulator, url } = await provide(
      { fault: 'overloaded' },
      { fault: 'none', text: 'Hello' },
      { fault: 'overloaded' },
    )
    const { ai } = connect(url)
    const chat = ai.chats.create({ model: CHAT_MODEL })
    expect((await chat.sendMessage({ message: 'Hi' })).text).toBe('Hello')
    const chunks = await collect(await chat.sendMessageStream({ message: 'And?' }))
    expect(chunks.length).toBeGreaterThan(1)
    expect(requests(simulator)).toBe(4)
    expect(chat.getHistory().slice(0, 4)).toMatchObject([
      { role: 'user', parts: [{ text: 'Hi' }] },
      { role: 'model', parts: [{ text: 'Hello' }] },
      { role: 'user', parts: [{ text: 'And?' }] },
      { role: 'model' },
    ])
  })

  test('errors of ours arrive as they are', async () => {
    const { url } = await provide({ fault: 'hang' })
    const { ai } = connect(url, { timeout: { totalMs: 200 } })
    const error = await rejection(ai.models.generateContent(ASK))
    expect(error).toMatchObject({ name: 'TimeoutExceededError', phase: 'total' })
    pipelineOf(ai).dispose()
    const refused = await rejection(ai.models.generateContent(ASK))
    expect(refused).toMatchObject({ name: 'PipelineDisposedError' })
  })

  test('prompts stand in no event and in no error', async () => {
    const { url } = await provide({ fault: 'contextTooLong' })
    const { ai, events } = connect(url)
    const error = await rejection(ai.models.generateContent({ model: CHAT_MODEL, contents: 'a-secret-prompt' }))
    expect(JSON.stringify([events, error, error.message])).not.toMatch(/a-secret-prompt|own-key/)
  })
})
