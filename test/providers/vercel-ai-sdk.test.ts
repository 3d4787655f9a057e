// The AI SDK of Vercel takes a fetch: ours, with the dialect of the openai adapter.
import { createOpenAI, type OpenAIProvider } from '@ai-sdk/openai'
import { constantBackoff, pipeline, retry, standardPipeline, timeout, type Pipeline } from '@spillway/core'
import { resilientFetch } from '@spillway/http'
import { openaiProtocol, type OpenAIEndpoint } from '@spillway/openai'
import { APICallError, generateImage, generateText, RetryError, streamText } from 'ai'
import { describe, expect, test } from 'vitest'
import { chunk, hits, rejection, serve, simulate, startStream } from './openai-world.ts'

const patient = (maxAttempts = 3): Pipeline =>
  pipeline([
    timeout({ totalMs: 20_000 }),
    retry({ maxAttempts, backoff: constantBackoff(5) }),
    timeout({ idleMs: 400 }),
  ])

const providerAt = (url: string, calls: Pipeline<Response> = patient()): OpenAIProvider =>
  createOpenAI({
    baseURL: `${url}/v1`,
    apiKey: 'any',
    fetch: resilientFetch(calls, { protocol: openaiProtocol(`${url}/v1`) }),
  })

describe('generateText', () => {
  test('gets through an overload, and nobody asks twice for the same attempt', async () => {
    const { simulator, url } = await simulate({
      replies: [
        { fault: 'overloaded', times: 2 },
        { fault: 'none', text: 'a dam' },
      ],
    })
    const { text, usage } = await generateText({ model: providerAt(url).chat('m'), prompt: 'hello', maxRetries: 0 })
    expect([text, hits(simulator)]).toEqual(['a dam', 3])
    expect(usage.outputTokens).toBeGreaterThan(0)
  })

  test('fails with the SDK’s own error when the pipeline gives up, after our attempts alone', async () => {
    const { simulator, url } = await simulate({ replies: [{ fault: 'overloaded', times: 20 }] })
    const error = await rejection(generateText({ model: providerAt(url).chat('m'), prompt: 'hello', maxRetries: 0 }))
    expect(APICallError.isInstance(error)).toBe(true)
    expect(error).toMatchObject({ statusCode: 503, responseHeaders: { 'x-should-retry': 'false' } })
    expect(hits(simulator)).toBe(3)
  })

  test('has retries of its own that multiply ours unless they are off', async () => {
    const { simulator, url } = await simulate({ replies: [{ fault: 'overloaded', times: 20, retryAfterMs: 1000 }] })
    const error = await rejection(generateText({ model: providerAt(url).chat('m'), prompt: 'hello', maxRetries: 1 }))
    expect(RetryError.isInstance(error)).toBe(true)
    expect(hits(simulator)).toBe(6)
  })

  test('hears of a time limit by its own name', async () => {
    const { url } = await simulate({ replies: [{ fault: 'hang' }] })
    const calls = pipeline([timeout({ totalMs: 300 })])
    const error = await rejection(
      generateText({ model: providerAt(url, calls).chat('m'), prompt: 'hello', maxRetries: 0 }),
    )
    expect(error).toMatchObject({ code: 'ERR_SPILLWAY_TIMEOUT_EXCEEDED', phase: 'total' })
  })

  test('speaks the Responses API as well', async () => {
    const { simulator, url } = await simulate({
      replies: [{ fault: 'overloaded' }, { fault: 'none', text: 'a dam' }, { fault: 'truncated', afterChunks: 0 }],
    })
    const model = providerAt(url)('m')
    expect((await generateText({ model, prompt: 'hello', maxRetries: 0 })).text).toBe('a dam')
    const { text } = streamText({ model, prompt: 'hello', maxRetries: 0 })
    expect((await text).length).toBeGreaterThan(0)
    expect(hits(simulator)).toBe(4)
  })

  test('is answered by the other endpoint when the first has no credit', async () => {
    const { simulator, url } = await simulate({
      endpoints: {
        spent: { replies: [{ fault: 'insufficientQuota', times: 20 }] },
        relay: { replies: [{ fault: 'none', text: 'from the relay' }] },
      },
    })
    const endpoints: OpenAIEndpoint[] = [
      { name: 'spent', baseURL: `${url}/e/spent/v1` },
      { name: 'relay', baseURL: `${url}/e/relay/v1`, apiKey: 'another' },
    ]
    const calls = standardPipeline<OpenAIEndpoint, Response>({ endpoints, retry: { backoff: constantBackoff(5) } })
    const { text } = await generateText({ model: providerAt(url, calls).chat('m'), prompt: 'hello', maxRetries: 0 })
    expect([text, hits(simulator, 'spent'), hits(simulator, 'relay')]).toEqual(['from the relay', 1, 1])
  })
})

describe('streamText', () => {
  const read = async (url: string): Promise<{ text: string; error: unknown }> => {
    const model = providerAt(url).chat('m')
    const { stream } = streamText({ model, prompt: 'hello', maxRetries: 0, onError: () => {} })
    let text = ''
    const reading = (async () => {
      for await (const part of stream) if (part.type === 'text-delta') text += part.text
    })()
    const error = await rejection(reading)
    return { text, error }
  }

  test.for([
    ['an error event', { fault: 'inBandError', afterChunks: 0 }],
    ['a reset', { fault: 'reset', afterChunks: 0 }],
    ['a clean end', { fault: 'truncated', afterChunks: 0 }],
    ['silence', { fault: 'stallAfterHeaders' }],
  ] as const)('shows nothing of a stream that begins with %s', async ([name, fault]) => {
    const { simulator, url } = await simulate({ replies: [fault, { fault: 'none', text: 'over the dam' }] })
    const calls = pipeline([
      retry({ maxAttempts: 3, backoff: constantBackoff(5) }),
      timeout({ firstByteMs: name === 'silence' ? 500 : 5000 }),
    ])
    const { textStream } = streamText({ model: providerAt(url, calls).chat('m'), prompt: 'hello', maxRetries: 0 })
    let text = ''
    for await (const part of textStream) text += part
    expect([text, hits(simulator)]).toEqual(['over the dam', 2])
  })

  test('says so when a stream falls silent after content', async () => {
    const { url, closed } = await serve((_, response) => {
      startStream(response)
      response.write(chunk('half'))
    })
    const { text, error } = await read(url)
    expect(text).toBe('half')
    expect(APICallError.isInstance(error)).toBe(true)
    expect(error).toMatchObject({ cause: { code: 'ERR_SPILLWAY_TIMEOUT_EXCEEDED', phase: 'idle' } })
    await closed
  })

  test('says so when a stream ends without its end, which the SDK alone takes for an answer', async () => {
    const { url } = await serve((_, response) => {
      startStream(response)
      response.end(chunk('half'))
    })
    expect((await read(url)).error).toMatchObject({ cause: { code: 'ERR_SPILLWAY_STREAM_TRUNCATED' } })
    const alone = streamText({
      model: createOpenAI({ baseURL: `${url}/v1`, apiKey: 'any' }).chat('m'),
      prompt: 'hello',
    })
    expect(await alone.text).toBe('half')
  })

  test('ends the request at the provider when its caller leaves', async () => {
    const { url, closed } = await serve((_, response) => {
      startStream(response)
      response.write(chunk('half'))
    })
    const leaving = new AbortController()
    const { textStream } = streamText({
      model: providerAt(url).chat('m'),
      prompt: 'hello',
      abortSignal: leaving.signal,
      onError: () => {},
    })
    for await (const _ of textStream) leaving.abort()
    await closed
  })
})

test('generateImage gets its picture through an overload', async () => {
  const { simulator, url } = await simulate({ imageSizePx: 64, replies: [{ fault: 'overloaded' }] })
  const { image } = await generateImage({
    model: providerAt(url).image('gpt-image-test'),
    prompt: 'a kite',
    maxRetries: 0,
  })
  expect(image.mediaType).toBe('image/png')
  expect(Buffer.from(image.uint8Array).toString('latin1', 1, 4)).toBe('PNG')
  expect(hits(simulator)).toBe(2)
})
