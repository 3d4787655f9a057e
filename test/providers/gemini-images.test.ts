// From a prompt to the bytes of a picture, none of them paid for twice.
import type { ServerResponse } from 'node:http'
import { imagesOf } from '@spillway/gemini'
import { readImagePrompt } from '@spillway/simulator'
import { describe, expect, test } from 'vitest'
import {
  answers,
  collect,
  connect,
  IMAGE_MODEL,
  json,
  ofType,
  provide,
  QUICK,
  rejection,
  requests,
  serve,
  startStream,
} from './gemini-world.ts'

const KITE = { model: IMAGE_MODEL, contents: 'A red kite' }
const PNG = { inlineData: { mimeType: 'image/png', data: Buffer.from('a picture').toString('base64') } }
const answer = (finishReason: string, ...parts: object[]) => ({
  candidates: [{ content: { role: 'model', parts }, finishReason }],
})
const PICTURE = json(200, answer('STOP', PNG))
const BUSY = json(503, { error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } })

describe('an answer without the picture', () => {
  // hard case: answer-without-image
  test.for([
    ['NO_IMAGE', answer('NO_IMAGE')],
    ['IMAGE_OTHER', answer('IMAGE_OTHER')],
    ['IMAGE_SAFETY', answer('IMAGE_SAFETY')],
    ['IMAGE_RECITATION', answer('IMAGE_RECITATION')],
    ['RECITATION', answer('RECITATION')],
    ['MALFORMED_RESPONSE', answer('MALFORMED_RESPONSE')],
    ['words only', answer('STOP', { text: 'Here it is.' })],
    ['thoughts only', answer('STOP', { text: 'Let me see.', thought: true })],
    ['a draft only', answer('STOP', { ...PNG, thought: true })],
    ['no candidate', { candidates: [] }],
    ['{}', {}],
  ] as const)('%s is asked for again, twice at most, and then given as it came', async ([, given]) => {
    const mended = await answers(json(200, given), PICTURE)
    const response = await connect(mended.url).ai.models.generateContent(KITE)
    expect(imagesOf(response).map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['a picture'])
    expect(mended.seen).toHaveLength(2)

    const { url, seen } = await answers(json(200, given))
    const { ai, events } = connect(url)
    const last = await ai.models.generateContent(KITE)
    expect(last.candidates).toEqual('candidates' in given ? given.candidates : undefined)
    expect(seen).toHaveLength(3)
    expect(ofType(events, 'call.completed')).toMatchObject([{ attempts: 3, verdict: { kind: 'empty' } }])
  })

  // hard case: answer-without-image
  test.for([
    ['SAFETY', answer('SAFETY')],
    ['IMAGE_PROHIBITED_CONTENT', answer('IMAGE_PROHIBITED_CONTENT')],
    ['a blocked prompt', { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } }],
    ['a prompt that would make a blocked picture', { promptFeedback: { blockReason: 'IMAGE_SAFETY' } }],
  ] as const)('%s is final, and given as it came', async ([, given]) => {
    const { url, seen } = await answers(json(200, given), PICTURE)
    const { ai, events } = connect(url)
    expect(await ai.models.generateContent(KITE)).toMatchObject(given)
    expect(seen).toHaveLength(1)
    expect(ofType(events, 'call.completed')).toMatchObject([{ verdict: { kind: 'request_failed' } }])
  })

  test.for([
    ['NO_IMAGE', { fault: 'noImage' }],
    ['words only', { fault: 'textOnly' }],
  ] as const)('%s in a stream is not seen by the reader', async ([, reply]) => {
    const { simulator, url } = await provide(reply)
    const { ai } = connect(url)
    const images = (await collect(await ai.models.generateContentStream(KITE))).flatMap((part) => imagesOf(part))
    expect(images.map(({ bytes }) => readImagePrompt(bytes)?.prompt)).toEqual(['A red kite'])
    expect(requests(simulator)).toBe(2)
  })

  test('words are an answer of an image model where they are declared to be', async () => {
    const { simulator, url } = await provide({ fault: 'textOnly' })
    const { ai } = connect(url, { expect: 'content' })
    await ai.models.generateContent({ model: IMAGE_MODEL, contents: 'Thanks!' })
    expect(requests(simulator)).toBe(1)
  })

  test('after maxRerolls the answer is given as it is', async () => {
    const { simulator, url } = await provide({ fault: 'noImage', times: 5 })
    const { ai, events } = connect(url, { retry: { ...QUICK, maxRerolls: 1 } })
    const response = await ai.models.generateContent({ model: IMAGE_MODEL, contents: 'A red kite' })
    expect(response.candidates?.[0]?.finishReason).toBe('NO_IMAGE')
    expect(requests(simulator)).toBe(2)
    expect(ofType(events, 'call.completed')).toMatchObject([{ verdict: { kind: 'empty', code: 'NO_IMAGE' } }])
  })

  test('words before a picture arrive with it', async () => {
    const { url, seen } = await serve((response) => {
      startStream(
        response,
        `data: ${JSON.stringify({ candidates: [{ content: { parts: [{ text: 'Look: ' }] } }] })}\n\n`,
      )
      response.end(`data: ${JSON.stringify(answer('STOP', PNG))}\n\n`)
    })
    const chunks = await collect(await connect(url).ai.models.generateContentStream(KITE))
    expect(chunks.map(({ text }) => text)).toEqual(['Look: ', undefined])
    expect(chunks.flatMap((part) => imagesOf(part))).toHaveLength(1)
    expect(seen).toHaveLength(1)
  })
})

describe('a picture that may have been made', () => {
  /** What leaves it open whether the picture is on the bill. */
  const UNKNOWN = {
    'a broken connection': (response: ServerResponse) => response.destroy(),
    'a passed limit': () => {},
    'a gateway without patience': (response: ServerResponse) =>
      response.writeHead(504, { 'content-type': 'text/html' }).end('<html>'),
    'half an answer': (response: ServerResponse) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"candidates":['),
  } as const

  // hard case: unknown-image
  test.for(Object.keys(UNKNOWN) as (keyof typeof UNKNOWN)[])(
    'is not asked for again after %s unless that is allowed',
    async (what) => {
      const server = () =>
        serve((response, hit) => {
          if (hit === 1) UNKNOWN[what](response)
          else response.writeHead(200, { 'content-type': 'application/json' }).end(PICTURE[2])
        })
      const options = { timeout: { attemptMs: 1000 } }
      const once = await server()
      const { ai, events } = connect(once.url, options)
      await rejection(ai.models.generateContent(KITE))
      expect(once.seen).toHaveLength(1)
      expect(ofType(events, 'retry.exhausted')).toMatchObject([{ reason: 'not_repeatable' }])

      const twice = await server()
      const key = { 'idempotency-key': 'one-kite' }
      const allowed = connect(twice.url, { ...options, repeatImages: true }).ai
      const response = await allowed.models.generateContent({ ...KITE, config: { httpOptions: { headers: key } } })
      expect(imagesOf(response)).toHaveLength(1)
      expect(twice.seen.map(({ headers }) => headers['idempotency-key'])).toEqual(['one-kite', 'one-kite'])
    },
  )

  test('is asked for again after a refusal, a failure in the provider’s words, and where nothing was sent', async () => {
    const internal = json(500, { error: { code: 500, message: 'An internal error has occurred.', status: 'INTERNAL' } })
    const { url, seen } = await answers(BUSY, internal, PICTURE)
    expect(imagesOf(await connect(url).ai.models.generateContent(KITE))).toHaveLength(1)
    expect(seen).toHaveLength(3)
  })

  test('words are asked for again after all of it', async () => {
    const { url, seen } = await serve((response, hit) => {
      if (hit === 1) response.destroy()
      else
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(json(200, answer('STOP', { text: 'Hi' }))[2])
    })
    const config = { responseModalities: ['TEXT'] }
    expect((await connect(url).ai.models.generateContent({ ...KITE, config })).text).toBe('Hi')
    expect(seen).toHaveLength(2)
  })
})

describe('an edit', () => {
  // hard case: file-uploads
  test('is sent again as it was, picture and all, and its bytes come back', async () => {
    const original = Buffer.alloc(300_000, 7)
    const contents = [
      { text: 'Make the kite blue' },
      { inlineData: { mimeType: 'image/png', data: original.toString('base64') } },
    ]
    const { url, seen } = await answers(BUSY, json(200, answer('NO_IMAGE')), PICTURE)
    const { ai, events } = connect(url)
    const response = await ai.models.generateContent({ model: IMAGE_MODEL, contents })
    expect(imagesOf(response)[0]).toEqual({ bytes: new Uint8Array(Buffer.from('a picture')), mimeType: 'image/png' })
    expect(seen).toHaveLength(3)
    expect(new Set(seen.map(({ body }) => body)).size).toBe(1)
    expect(seen[0]?.body).toContain(original.toString('base64'))
    expect(ofType(events, 'call.completed')).toMatchObject([{ attempts: 3 }])
  })
})

test('a hundred pictures at once arrive, each with its own prompt, whatever fails on the way', async () => {
  const faults = Array.from({ length: 30 }, (_, i) => ({
    fault: (['overloaded', 'noImage', 'textOnly'] as const)[i % 3] ?? 'noImage',
  }))
  const { simulator, url } = await provide(...faults)
  const { ai, events } = connect(url, { retry: { ...QUICK, maxRerolls: 5 } })
  const prompts = Array.from({ length: 100 }, (_, i) => `Kite number ${i}`)
  const responses = await Promise.all(
    prompts.map((contents) => ai.models.generateContent({ model: IMAGE_MODEL, contents })),
  )
  const painted = responses.map((response) => readImagePrompt(imagesOf(response)[0]?.bytes ?? new Uint8Array())?.prompt)
  expect(painted).toEqual(prompts)
  expect(requests(simulator)).toBe(130)
  expect(ofType(events, 'call.completed')).toHaveLength(100)
})
