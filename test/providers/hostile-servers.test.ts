// Broken and hostile servers, seen through both official clients: bounded memory and time, an error of a known class, no key in it.
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import type { ServerResponse } from 'node:http'
import { refusalOf } from '@spillway/openai'
import { APIConnectionError, InternalServerError, OpenAIError } from 'openai'
import { describe, expect, test } from 'vitest'
import * as gemini from './gemini-world.ts'
import * as openai from './openai-world.ts'

const KEY = 'canary-key-4711'
const DEEP = 10_000

const JSON_HEAD = { 'content-type': 'application/json' }
const EVENTS_HEAD = { 'content-type': 'text/event-stream' }
const deep = `${'{"error":'.repeat(DEEP)}{}${'}'.repeat(DEEP)}`
/** More than the 128 MiB that an answer may have. */
const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024, ' '))

const endless = (response: ServerResponse): void => {
  const piece = Buffer.alloc(1024 * 1024, ' ')
  const more = (): void => {
    while (!response.destroyed && response.write(piece));
  }
  response.on('drain', more)
  more()
}

/** 500 KB: one event where a stream is asked for, JSON otherwise. */
const big = (url: string, response: ServerResponse): void => {
  const said = JSON.stringify({ text: 'x'.repeat(500_000) })
  if (/stream|images/i.test(url)) response.writeHead(200, EVENTS_HEAD).end(`data: ${said}\n\n`)
  else response.writeHead(200, JSON_HEAD).end(said)
}

type Attack = (response: ServerResponse) => void

/** Three times what Node takes, and the connection stays open. */
const manyHeaders: Attack = ({ socket }) => {
  socket?.on('error', () => {})
  socket?.write(`HTTP/1.1 200 OK\r\n${`x-more: ${'y'.repeat(1000)}\r\n`.repeat(48)}`)
}

/** An answer 10,000 levels deep, with keys that would change every object. */
const deepAnswer: Attack = (response) =>
  response.writeHead(200, JSON_HEAD).end(`{"__proto__":{"polluted":1},"object":"list","data":${deep}}`)

const tooLarge: readonly (readonly [string, Attack])[] = [
  ['a gzip bomb', (response) => response.writeHead(200, { ...JSON_HEAD, 'content-encoding': 'gzip' }).end(bomb)],
  ['an answer without end', (response) => endless(response.writeHead(200, JSON_HEAD))],
]

const errors: readonly (readonly [string, Attack])[] = [
  ['an error 10,000 levels deep', (response) => response.writeHead(503, JSON_HEAD).end(deep)],
  ['an error that is a gzip bomb', (response) => response.writeHead(503, { 'content-encoding': 'gzip' }).end(bomb)],
  ['an error without end', (response) => endless(response.writeHead(503, JSON_HEAD))],
  [
    'an error with keys of __proto__',
    (response) => response.writeHead(503, JSON_HEAD).end('{"__proto__":{"polluted":1}}'),
  ],
]

/** What became known of a call, as a log would show it. */
const checked = (...known: unknown[]): void => {
  expect(inspect(known, { depth: 12, showHidden: true })).not.toContain(KEY)
  expect(({} as { polluted?: number }).polluted).toBeUndefined()
}

describe('openai', () => {
  const ask = async (attack: Attack): Promise<{ error: unknown; hits: number }> => {
    const { url, requests } = await openai.serve((_, response) => attack(response))
    const { client, events } = openai.connect(
      url,
      { retry: { maxAttempts: 2, ...gemini.QUICK }, adaptiveConcurrency: { paceMs: 0 } },
      { apiKey: KEY },
    )
    const error = await openai.rejection(client.chat.completions.create(openai.ask()))
    checked(error, events)
    return { error, hits: requests.length }
  }

  test.for(tooLarge)('%s is an error of the client’s, asked for once', async ([, attack]) => {
    const { error, hits } = await ask(attack)
    expect(error).toBeInstanceOf(InternalServerError)
    expect(refusalOf(error)).toMatchObject({ code: 'ERR_SPILLWAY_ANSWER_TOO_LARGE' })
    expect(hits).toBe(1)
  })

  test('headers without end are a connection error of the client’s, tried again', async () => {
    const { error, hits } = await ask(manyHeaders)
    expect(error).toBeInstanceOf(APIConnectionError)
    expect(error).toMatchObject({ cause: { cause: { code: 'UND_ERR_HEADERS_OVERFLOW' } } })
    expect(hits).toBe(2)
  })

  test('an answer 10,000 levels deep with keys of __proto__ is handed over, and changes nothing', async () => {
    const { url } = await openai.serve((_, response) => deepAnswer(response))
    const { client } = openai.connect(url)
    expect(await client.embeddings.create({ model: 'm', input: 'i', encoding_format: 'float' })).toHaveProperty('data')
    checked()
  })

  test('what is too large may be said, in an answer and in an event of a stream', async () => {
    const { url, requests } = await openai.serve((request, response) => big(request.url ?? '', response))
    const { client } = openai.connect(url, { maxAnswerBytes: 100_000, retry: { maxAttempts: 2, ...gemini.QUICK } })
    const whole = await openai.rejection(client.chat.completions.create(openai.ask()))
    expect(refusalOf(whole)).toMatchObject({ code: 'ERR_SPILLWAY_ANSWER_TOO_LARGE' })
    const streamed = await openai.rejection(client.images.generate({ model: 'm', prompt: 'p', stream: true }))
    expect(refusalOf(streamed)).toMatchObject({ code: 'ERR_SPILLWAY_ANSWER_TOO_LARGE' })
    expect(requests).toHaveLength(2)
  })

  test.for(errors)('%s is the client’s error for its status, tried again', async ([, attack]) => {
    const { error, hits } = await ask(attack)
    expect(error).toBeInstanceOf(OpenAIError)
    expect(error).toMatchObject({ status: 503 })
    expect(hits).toBe(2)
  })
})

describe('gemini', () => {
  const ask = async (attack: Attack): Promise<{ error: unknown; hits: number }> => {
    const { url, requests } = await openai.serve((_, response) => attack(response))
    const { ai, events } = gemini.connect(
      url,
      { retry: { maxAttempts: 2, ...gemini.QUICK }, adaptiveConcurrency: { paceMs: 0 } },
      KEY,
    )
    const error = await gemini.rejection(ai.models.generateContent(gemini.ASK))
    checked(error, events)
    return { error, hits: requests.length }
  }

  test.for(tooLarge)('%s is an error of ours, asked for once', async ([, attack]) => {
    const { error, hits } = await ask(attack)
    expect(error).toMatchObject({ name: 'AnswerTooLargeError' })
    expect(hits).toBe(1)
  })

  test('headers without end are an error of the network, tried again', async () => {
    const { error, hits } = await ask(manyHeaders)
    expect(error).toMatchObject({ name: 'TypeError', cause: { code: 'UND_ERR_HEADERS_OVERFLOW' } })
    expect(hits).toBe(2)
  })

  test('an answer 10,000 levels deep with keys of __proto__ is handed over, and changes nothing', async () => {
    const { url } = await openai.serve((_, response) => deepAnswer(response))
    const { ai } = gemini.connect(url, { retry: false })
    expect(await ai.models.generateContent(gemini.ASK)).toHaveProperty('sdkHttpResponse')
    checked()
  })

  test('what is too large may be said, in an answer and in an event of a stream', async () => {
    const { url, requests } = await openai.serve((request, response) => big(request.url ?? '', response))
    const { ai } = gemini.connect(url, { maxAnswerBytes: 100_000, retry: { maxAttempts: 2, ...gemini.QUICK } })
    for (const call of [ai.models.generateContent(gemini.ASK), ai.models.generateContentStream(gemini.ASK)])
      // oxlint-disable-next-line no-await-in-loop -- one after the other is what is looked at
      expect(await gemini.rejection(call)).toMatchObject({ name: 'AnswerTooLargeError' })
    expect(requests).toHaveLength(2)
  })

  test.for(errors)('%s is the client’s error for its status, tried again', async ([, attack]) => {
    const { error, hits } = await ask(attack)
    expect(error).toMatchObject({ name: 'ApiError', status: 503 })
    expect(hits).toBe(2)
  })
})
