// Streams of the official client: invisible retries before the first content, honest errors after it.
import type { GoogleGenAI } from '@google/genai'
import { isSpillwayError } from '@spillway/core'
import { imagesOf } from '@spillway/gemini'
import { readImagePrompt } from '@spillway/simulator'
import { expect, test } from 'vitest'
import {
  ASK,
  chunk,
  collect,
  connect,
  IMAGE_MODEL,
  ofType,
  provide,
  rejection,
  requests,
  serve,
  startStream,
} from './gemini-world.ts'

const OVERLOADED = `data: ${JSON.stringify({ error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } })}\n\n`
const STOP = { finishReason: 'STOP' }

const read = async (ai: GoogleGenAI): Promise<string> => {
  let text = ''
  for await (const part of await ai.models.generateContentStream(ASK)) text += part.text ?? ''
  return text
}

// hard case: error-event
// hard case: end-without-its-mark
test.for([
  ['a 503', { fault: 'overloaded' }],
  ['an error as the first event', { fault: 'inBandError', afterChunks: 0 }],
  ['an end before the first content', { fault: 'truncated', afterChunks: 0 }],
  ['a reset before the first content', { fault: 'reset', afterChunks: 0 }],
] as const)('%s is not seen by the reader', async ([, reply]) => {
  const { simulator, url } = await provide(reply, { fault: 'none', text: 'Hello out there' })
  const { ai } = connect(url)
  expect(await read(ai)).toBe('Hello out there')
  expect(requests(simulator)).toBe(2)
})

// hard case: silence-after-headers
test('silence before the first content is ended by the limit for it, and not seen by the reader', async () => {
  const { simulator, url } = await provide({ fault: 'stallAfterHeaders' }, { fault: 'none', text: 'Hello' })
  const { ai, events } = connect(url, { timeout: { firstByteMs: 1000 } })
  expect(await read(ai)).toBe('Hello')
  expect(requests(simulator)).toBe(2)
  expect(ofType(events, 'timeout.exceeded')).toMatchObject([{ phase: 'first_byte' }])
})

// trap: no-replay-after-content
// hard case: end-without-its-mark
// hard case: error-event
test.for([
  ['an end without a finish reason', { name: 'StreamTruncatedError', contentParts: 2 }, 'transient'],
  ['an error event', { name: 'ApiError', status: 503 }, 'overloaded'],
  ['a reset', { name: 'TypeError', message: 'terminated' }, 'transient'],
] as const)('%s after content is an error, and nothing is sent again', async ([what, expected, kind]) => {
  const { promise: delivered, resolve: deliver } = Promise.withResolvers<void>()
  const { url, seen } = await serve((response) => {
    startStream(response, chunk('Hel'), chunk('lo'))
    void delivered.then(() =>
      what === 'a reset' ? response.destroy() : response.end(what === 'an error event' ? OVERLOADED : ''),
    )
  })
  const { ai, events } = connect(url)
  const stream = await ai.models.generateContentStream(ASK)
  const texts = [(await stream.next()).value?.text, (await stream.next()).value?.text]
  deliver()
  expect(await rejection(stream.next())).toMatchObject(expected)
  expect(texts).toEqual(['Hel', 'lo'])
  expect(seen).toHaveLength(1)
  expect(ofType(events, 'call.completed')).toMatchObject([{ verdict: { kind }, attempts: 1 }])
})

// hard case: stall-after-content
test('silence in the middle ends with an error, and the socket is closed', async () => {
  const { url, left, seen } = await serve((response) => startStream(response, chunk('Hel'), chunk('lo')))
  const { ai, events } = connect(url, { timeout: { idleMs: 300 } })
  const error = await rejection(read(ai))
  expect(error).toMatchObject({ name: 'TimeoutExceededError', phase: 'idle', limitMs: 300 })
  expect(isSpillwayError(error)).toBe(true)
  await left
  expect(seen).toHaveLength(1)
  expect(ofType(events, 'call.completed')).toMatchObject([{ verdict: { kind: 'transient' } }])
})

test('a picture arrives through a stream, and NO_IMAGE before it is not seen', async () => {
  const { simulator, url } = await provide({ fault: 'noImage' })
  const { ai } = connect(url)
  const stream = await ai.models.generateContentStream({ model: IMAGE_MODEL, contents: 'A red kite' })
  const images = (await collect(stream)).flatMap((part) => imagesOf(part))
  expect(images.map(({ bytes }) => readImagePrompt(bytes)?.prompt)).toEqual(['A red kite'])
  expect(requests(simulator)).toBe(2)
})

// hard case: any-boundary
test('events in pieces of one byte are put together', async () => {
  const { url } = await serve((response) => {
    startStream(response)
    for (const byte of Buffer.from(chunk('Grüße') + chunk(' aus Köln', STOP))) response.write(Uint8Array.of(byte))
    response.end()
  })
  const { ai } = connect(url)
  expect(await read(ai)).toBe('Grüße aus Köln')
})

// hard case: any-boundary
test('line ends of the other kind change nothing', async () => {
  const { simulator, url } = await provide({ fault: 'crlf' })
  expect((await read(connect(url).ai)).length).toBeGreaterThan(10)
  expect(requests(simulator)).toBe(1)
})

// hard case: any-boundary
test('an event of megabytes arrives whole', async () => {
  const data = Buffer.alloc(4_000_000, 7).toString('base64')
  const { url, seen } = await serve((response) => {
    startStream(response)
    const parts = [{ inlineData: { mimeType: 'image/png', data } }]
    response.end(`data: ${JSON.stringify({ candidates: [{ content: { parts }, ...STOP }] })}\r\n\r\n`)
  })
  const chunks = await collect(await connect(url).ai.models.generateContentStream(ASK))
  expect(chunks.flatMap((part) => imagesOf(part)).map(({ bytes }) => bytes.length)).toEqual([4_000_000])
  expect(seen).toHaveLength(1)
})

// hard case: any-boundary
test.for([
  ['inside an event', Buffer.from(chunk('lo')).subarray(0, 40)],
  [
    'inside a character',
    Buffer.from('data: {"candidates":[{"content":{"parts":[{"text":"Gr\u00fc"}]}}]}').subarray(0, 54),
  ],
] as const)('a reset %s is an error', async ([, piece]) => {
  const { promise: delivered, resolve: deliver } = Promise.withResolvers<void>()
  const { url, seen } = await serve((response) => {
    startStream(response, chunk('Hel'))
    void delivered.then(() => response.write(piece, () => setTimeout(() => response.destroy(), 30)))
  })
  const { ai, events } = connect(url)
  const stream = await ai.models.generateContentStream(ASK)
  expect((await stream.next()).value?.text).toBe('Hel')
  deliver()
  expect(await rejection(stream.next())).toMatchObject({ name: 'TypeError', message: 'terminated' })
  expect(seen).toHaveLength(1)
  expect(ofType(events, 'call.completed')).toMatchObject([{ verdict: { kind: 'transient' } }])
})

// hard case: end-without-its-mark
test('a clean end inside an event is an error', async () => {
  const { url } = await serve((response) => {
    startStream(response, chunk('Hel'))
    setTimeout(() => response.end(chunk('lo').slice(0, 40)), 50)
  })
  const { ai, events } = connect(url)
  expect(await rejection(read(ai))).toMatchObject({ name: 'StreamTruncatedError' })
  expect(ofType(events, 'call.completed')).toMatchObject([{ verdict: { kind: 'transient' } }])
})
