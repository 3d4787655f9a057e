// Whatever the provider and the network do, the key stands in nothing that is logged: errors, their causes, events, state.
import { inspect } from 'node:util'
import {
  circuitBreaker,
  ConsecutiveBreaker,
  constantBackoff,
  pipeline,
  retry,
  timeout,
  type Gate,
  type Outcome,
  type SpillwayEvent,
} from '@spillway/core'
import { VirtualClock } from '@spillway/core/testing'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { head, rawServer } from './__fixtures__/raw-server.ts'
import { rejection } from './__fixtures__/rejection.ts'
import { resilientFetch, type Fetch, type Protocol } from './index.ts'

const model: Protocol = {
  provider: 'test',
  readAnswer: (answer) => ({ error: (answer as { error?: unknown }).error }),
  readEvent: ({ data }) =>
    data.startsWith('{') ? { error: JSON.parse(data) as unknown } : { content: data !== 'hello' },
}

/** Everything that becomes known of some calls, as a log of all of it would show it. */
const logOf = async (send: Fetch | undefined, url: string, init: RequestInit): Promise<string> => {
  const clock = new VirtualClock()
  const outcomes: Outcome<unknown>[] = []
  const witness: Gate = {
    name: 'witness',
    enter: () => undefined,
    leave: (_context, outcome) => void (outcome.ok || outcomes.push(outcome)),
  }
  const calls = pipeline(
    [
      timeout({ totalMs: 1000 }),
      retry({ maxAttempts: 3, backoff: constantBackoff(10) }),
      circuitBreaker({ breaker: () => new ConsecutiveBreaker(2) }),
      timeout({ idleMs: 100 }),
      witness,
    ],
    { clock, check: false },
  )
  const events: SpillwayEvent[] = []
  calls.events.subscribe((event) => events.push(event))
  const known: unknown[] = [events, outcomes]
  for (const refusals of ['throw', 'respond'] as const) {
    const fetchThrough = resilientFetch(calls, {
      ...(send === undefined ? {} : { fetch: send }),
      protocol: model,
      refusals,
    })
    // The provider's own answer belongs to the caller; ours is read like a log, and so is what a body ends with.
    const call = (async () => {
      const response = await fetchThrough(url, init)
      const text = await response.text()
      if (response.headers.has('x-spillway-code')) known.push(text)
    })().catch((error: unknown) => known.push(error))
    await clock.run()
    await call
  }
  known.push(calls.state(), JSON.stringify(events))
  return inspect(known, { depth: 30, showHidden: true, maxArrayLength: null, maxStringLength: null })
}

const alphabet = fc.constantFrom(...Array.from('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~+/='))
const key = fc.string({ unit: alphabet, minLength: 12, maxLength: 60 }).filter((text) => /^[^=;,]+$/.test(text))

/** Where a key travels. */
const carried = fc.constantFrom<(key: string) => { url: string; headers: Record<string, string> }>(
  (secret) => ({ url: 'https://api.example/v1', headers: { authorization: `Bearer ${secret}` } }),
  (secret) => ({ url: 'https://api.example/v1', headers: { 'x-api-key': secret } }),
  (secret) => ({ url: 'https://api.example/v1', headers: { 'api-key': secret } }),
  (secret) => ({ url: 'https://api.example/v1', headers: { 'x-goog-api-key': secret } }),
  (secret) => ({ url: 'https://api.example/v1', headers: { cookie: `session=${secret}; a=b` } }),
  (secret) => ({ url: `https://api.example/v1?alt=sse&key=${encodeURIComponent(secret)}`, headers: {} }),
  (secret) => ({ url: `https://api.example/v1?api_key=${encodeURIComponent(secret)}`, headers: {} }),
)

const json = { 'content-type': 'application/json' }
const events = { 'content-type': 'text/event-stream' }

/** A provider that says the key back, wherever something can be said. */
const echoes = fc.constantFrom<(key: string) => Response | Error>(
  (said) =>
    new Response(
      JSON.stringify({ error: { message: `Overloaded for ${said}`, code: said, type: said, status: said } }),
      { status: 503, headers: json },
    ),
  (said) =>
    new Response(JSON.stringify([{ error: { message: `${'x'.repeat(180)} ${said}`, details: [{ reason: said }] } }]), {
      status: 429,
      headers: json,
    }),
  (said) =>
    new Response(JSON.stringify({ error: { message: JSON.stringify({ error: { message: said } }) } }), {
      status: 500,
      headers: json,
    }),
  (said) =>
    new Response(`The upstream says ${said}.`, { status: 502, headers: { 'x-request-id': said, 'request-id': said } }),
  (said) => new Response('', { status: 503, headers: { 'x-amzn-errortype': said, 'retry-after': said } }),
  (said) => new Response(said, { status: 401 }),
  (said) => new Response(JSON.stringify({ error: { message: said, code: said } }), { headers: json }),
  (said) => new Response(`{"broken":"${said}`, { headers: json }),
  (said) => new Response(`data: ${JSON.stringify({ message: said, code: said })}\n\n`, { headers: events }),
  (said) =>
    new Response(`data: content\n\ndata: ${JSON.stringify({ message: said, code: said })}\n\n`, { headers: events }),
  (said) =>
    new Response(null, {
      status: 302,
      headers: { location: `https://elsewhere.example/?key=${encodeURIComponent(said)}` },
    }),
  (said) =>
    Object.assign(new TypeError('fetch failed'), {
      cause: Object.assign(new Error('Parse Error'), { name: 'HTTPParserError', data: said }),
    }),
)

// trap: nothing-private
test('no key stands in anything that is logged, whatever the provider says', async () => {
  await fc.assert(
    fc.asyncProperty(key, carried, echoes, async (secret, carry, echo) => {
      const { url, headers } = carry(secret)
      const send: Fetch = async () => {
        const answer = echo(secret)
        if (answer instanceof Error) throw answer
        return answer
      }
      expect(await logOf(send, url, { headers })).not.toContain(secret)
    }),
    { numRuns: 300 },
  )
})

describe('what fetch itself would quote', () => {
  const KEY = 'canary-4711-4711'
  test.for<[string, string, RequestInit]>([
    ['a URL that is none', `api.example/v1?key=${KEY}`, {}],
    ['a URL with a password', `https://user:${KEY}@api.example/v1`, {}],
    ['a URL of an unknown scheme', `gopher://api.example/v1?key=${KEY}`, {}],
    ['a header with a line break', 'https://api.example/v1', { headers: { authorization: `Bearer ${KEY}\nx` } }],
    [
      'a header with a letter from elsewhere',
      'https://api.example/v1',
      { headers: { authorization: `Bearer ${KEY}…` } },
    ],
    ['a method that is none', 'https://api.example/v1', { method: 'NO WAY', headers: { authorization: KEY } }],
    ['a port that is refused', `http://127.0.0.1:1/v1?key=${KEY}`, { headers: { authorization: KEY } }],
  ])('%s', async ([, url, init]) => {
    const log = await logOf(undefined, url, init)
    expect(log).toMatch(/Error/)
    expect(log).not.toContain(KEY)
  })

  test('a key of an endpoint that no header may have', async () => {
    const protocol: Protocol = {
      provider: 'test',
      address: (request) => {
        request.headers.set('authorization', `Bearer ${KEY}\nx`)
        return request
      },
    }
    const error = await rejection(resilientFetch(pipeline([retry()]), { protocol })('https://api.example/v1'))
    expect(error).toMatchObject({ name: 'TypeError', code: 'ERR_INVALID_CHAR' })
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(KEY)
  })

  test('an answer that is no HTTP and says the key back', async () => {
    const { url } = await rawServer((socket) => socket.end(`${KEY}\r\n\r\n`))
    const { url: half } = await rawServer((socket) => {
      socket.write(`${head({ 'transfer-encoding': 'chunked', 'content-type': 'audio/mpeg' })}4\r\nhalf\r\n`)
      setTimeout(() => socket.end(`${KEY}\r\n`), 50)
    })
    const calls = pipeline([timeout({ totalMs: 5000 })])
    const fetchThrough = resilientFetch(calls)
    const errors = [
      await rejection(fetchThrough(url, { headers: { authorization: KEY } })),
      await rejection((await fetchThrough(half, { headers: { authorization: KEY } })).text()),
    ]
    expect(inspect(errors, { depth: 9, showHidden: true })).not.toContain('4711')
    expect(errors).toMatchObject([{ message: 'fetch failed' }, { message: 'terminated' }])
  })
})
