// Broken and hostile servers, seen through both official clients: bounded memory and time, an error of a known class, no key in it.
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import type { ServerResponse } from 'node:http'
import { refusalOf } from '@spillway/openai'
import { InternalServerError, OpenAIError } from 'openai'
import { describe, expect, test } from 'vitest'
import * as gemini from './gemini-world.ts'
import * as openai from './openai-world.ts'

const KEY = 'canary-key-4711'
const DEEP = 10_000

const JSON_HEAD = { 'content-type': 'application/json' }
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

type Attack = (response: ServerResponse) => void

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

  test.for(errors)('%s is the client’s error for its status, tried again', async ([, attack]) => {
    const { error, hits } = await ask(attack)
    expect(error).toMatchObject({ name: 'ApiError', status: 503 })
    expect(hits).toBe(2)
  })
})
