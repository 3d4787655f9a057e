import { constantBackoff, pipeline, retry, timeout, type Pipeline } from '@spillway/core'
import { VirtualClock } from '@spillway/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { rejection } from './__fixtures__/rejection.ts'
import { refusalBehind, resilientFetch, type Fetch, type Protocol } from './index.ts'

const URL_OF_MODEL = 'https://api.example/v1/model'
const retrying = (maxAttempts = 3): Pipeline => pipeline([retry({ maxAttempts, backoff: constantBackoff(0) })])

const json = (body: unknown, init: ResponseInit = {}): Response =>
  new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' }, ...init })
const busy = (): Response => json({ error: { code: 503, status: 'UNAVAILABLE', message: 'busy' } }, { status: 503 })

/** A `fetch` that answers from a list, the last one again and again, and remembers what it was sent. */
const answering = (
  ...answers: readonly (() => Response)[]
): { fetch: Fetch; sent: Request[]; inits: RequestInit[] } => {
  const sent: Request[] = []
  const inits: RequestInit[] = []
  return {
    sent,
    inits,
    fetch: async (input, init) => {
      const body = init?.body
      const once = body instanceof ReadableStream
      sent.push(new Request(input, (once ? { ...init, duplex: 'half' } : init) as RequestInit))
      inits.push(init ?? {})
      return (answers[sent.length - 1] ?? answers.at(-1) ?? busy)()
    },
  }
}

const model: Protocol = {
  provider: 'test',
  readAnswer: (answer) => {
    const { error, result } = answer as { error?: unknown; result?: string }
    if (error !== undefined) return { error }
    return result === undefined ? { verdict: { kind: 'empty' } } : {}
  },
}

describe('a request', () => {
  const form = new FormData()
  form.set('a', '1')
  const bytes = new TextEncoder().encode('body')
  test.for([
    ['a string', 'body'],
    ['bytes', bytes],
    ['an ArrayBuffer', bytes.buffer],
    ['a Blob', new Blob(['body'])],
    ['parameters', new URLSearchParams({ a: '1' })],
    ['a form', form],
  ] as const)('with %s for a body is sent whole each time', async ([, body]) => {
    const upstream = answering(busy, busy, () => json({}))
    const response = await resilientFetch(retrying(), { fetch: upstream.fetch })(URL_OF_MODEL, { method: 'POST', body })
    expect(response.status).toBe(200)
    const texts = await Promise.all(upstream.sent.map((request) => request.text()))
    expect(texts).toHaveLength(3)
    for (const text of texts) expect(text).toMatch(/body|a=1|name="a"/)
  })

  test('given as a Request keeps its method, headers and body', async () => {
    const upstream = answering(busy, () => json({}))
    const request = new Request(URL_OF_MODEL, { method: 'PUT', headers: { 'x-mine': '1' }, body: 'body' })
    await resilientFetch(retrying(), { fetch: upstream.fetch })(request)
    expect(upstream.sent).toHaveLength(2)
    const [, second] = upstream.sent
    expect(second?.method).toBe('PUT')
    expect(second?.headers.get('x-mine')).toBe('1')
    expect(await second?.text()).toBe('body')
  })

  test('hands on what it does not know, and follows no redirect', async () => {
    const upstream = answering(() => json({}))
    const dispatcher = {}
    const init = { dispatcher, redirect: 'follow' } as RequestInit
    await resilientFetch(retrying(), {
      fetch: (_input, given) =>
        upstream.fetch(URL_OF_MODEL, {
          redirect: given?.redirect,
          marker: (given as { dispatcher?: unknown }).dispatcher,
        } as RequestInit),
    })(new URL(URL_OF_MODEL), init)
    expect(upstream.inits[0]).toMatchObject({ redirect: 'manual' })
    expect((upstream.inits[0] as { marker?: unknown }).marker).toBe(dispatcher)
  })

  test('is addressed anew for each attempt, from a copy', async () => {
    const upstream = answering(busy, () => json({}))
    const protocol: Protocol = {
      provider: 'test',
      address: (request, { attempt }) => {
        request.headers.append('x-attempt', String(attempt))
        return { ...request, url: `${request.url}/${attempt}` }
      },
    }
    await resilientFetch(retrying(), { fetch: upstream.fetch, protocol })(URL_OF_MODEL)
    expect(upstream.sent.map(({ url, headers }) => [url, headers.get('x-attempt')])).toEqual([
      [`${URL_OF_MODEL}/1`, '1'],
      [`${URL_OF_MODEL}/2`, '2'],
    ])
  })
})

describe('a request whose body is a stream', () => {
  const stream = (): ReadableStream => new Blob(['body']).stream()

  // trap: one-shot-body
  test('is sent once, and its caller gets the answer to that', async () => {
    const upstream = answering(busy)
    const response = await resilientFetch(retrying(), { fetch: upstream.fetch })(URL_OF_MODEL, {
      method: 'POST',
      body: stream(),
    })
    expect(response.status).toBe(503)
    expect(upstream.sent).toHaveLength(1)
  })

  test('is sent once also when a limit ended the attempt', async () => {
    const clock = new VirtualClock()
    const calls = pipeline([retry({ backoff: constantBackoff(10) }), timeout({ attemptMs: 100 })], { clock })
    const send = vi.fn<Fetch>(
      (_input, init) =>
        new Promise((_resolve, reject) =>
          init?.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error)),
        ),
    )
    const call = resilientFetch(calls, { fetch: send })(URL_OF_MODEL, { method: 'POST', body: stream() })
    const failed = rejection(call)
    await clock.advance(1000)
    expect(await failed).toMatchObject({ name: 'TimeoutExceededError', phase: 'attempt' })
    expect(send).toHaveBeenCalledTimes(1)
  })

  test('gives an empty answer as it is', async () => {
    const upstream = answering(() => json({}))
    const response = await resilientFetch(retrying(), { fetch: upstream.fetch, protocol: model })(URL_OF_MODEL, {
      method: 'POST',
      body: stream(),
    })
    expect(await response.json()).toEqual({})
    expect(upstream.sent).toHaveLength(1)
  })
})

describe('an answer', () => {
  test('that stays an error comes as it was, and forbids its reader to retry', async () => {
    const upstream = answering(() =>
      json(
        { error: { code: 'x' } },
        { status: 500, headers: { 'content-type': 'application/json', 'x-request-id': 'r1' } },
      ),
    )
    const response = await resilientFetch(retrying(), { fetch: upstream.fetch })(URL_OF_MODEL)
    expect(upstream.sent).toHaveLength(3)
    expect(response.status).toBe(500)
    expect(response.headers.get('x-request-id')).toBe('r1')
    expect(response.headers.get('x-should-retry')).toBe('false')
    expect(await response.json()).toEqual({ error: { code: 'x' } })
  })

  test('that is no JSON although it says so is asked for again, and comes as it was in the end', async () => {
    const broken = (): Response => new Response('{"result":"ha', { headers: { 'content-type': 'application/json' } })
    const upstream = answering(broken)
    const response = await resilientFetch(retrying(), { fetch: upstream.fetch, protocol: model })(URL_OF_MODEL)
    expect(upstream.sent).toHaveLength(3)
    expect(await response.text()).toBe('{"result":"ha')
  })

  test.for([
    ['an error in a 200', () => json({ error: { code: 502 } })],
    ['no result', () => json({})],
    ['nothing', () => new Response('', { headers: { 'content-type': 'application/json' } })],
    ['nothing, of no type', () => new Response(new Blob([]).stream())],
    ['a page', () => new Response('<html></html>', { headers: { 'content-type': 'text/html' } })],
  ] as const)('with %s is asked for again', async ([, answer]) => {
    const upstream = answering(answer, () => json({ result: 'x' }))
    const response = await resilientFetch(retrying(), { fetch: upstream.fetch, protocol: model })(URL_OF_MODEL)
    expect(await response.json()).toEqual({ result: 'x' })
    expect(upstream.sent).toHaveLength(2)
  })

  test('of plain HTTP is not looked into', async () => {
    const upstream = answering(() => json({ error: 'none of our business' }))
    const response = await resilientFetch(retrying(), { fetch: upstream.fetch })(URL_OF_MODEL)
    expect(await response.json()).toEqual({ error: 'none of our business' })
    expect(upstream.sent).toHaveLength(1)
  })

  test('without a body passes', async () => {
    const upstream = answering(() => new Response(null, { status: 204 }))
    expect((await resilientFetch(retrying(), { fetch: upstream.fetch })(URL_OF_MODEL)).status).toBe(204)
  })

  test('that redirects is a failure and is handed over unfollowed', async () => {
    const upstream = answering(
      () => new Response(null, { status: 307, headers: { location: 'https://thief.example' } }),
    )
    const response = await resilientFetch(retrying(), { fetch: upstream.fetch })(URL_OF_MODEL)
    expect(response.status).toBe(307)
    expect(upstream.sent).toHaveLength(1)
  })

  test('with an endless error body is read for 64 KiB', async () => {
    let pulled = 0
    let canceled = false
    const endless = (): Response =>
      new Response(
        new ReadableStream({
          pull: (controller) => {
            pulled++
            controller.enqueue(new Uint8Array(10_000).fill(120))
          },
          cancel: () => {
            canceled = true
          },
        }),
        { status: 503 },
      )
    const upstream = answering(endless)
    const response = await resilientFetch(retrying(1), { fetch: upstream.fetch })(URL_OF_MODEL)
    expect((await response.arrayBuffer()).byteLength).toBe(64 * 1024)
    expect(canceled).toBe(true)
    expect(pulled).toBeLessThan(12)
  })
})

describe('a refusal', () => {
  const slow = (): { calls: Pipeline; pass: () => Promise<void>; fetch: Fetch } => {
    const clock = new VirtualClock()
    return {
      calls: pipeline([timeout({ totalMs: 100 })], { clock }),
      pass: () => clock.advance(200),
      fetch: () => new Promise(() => {}),
    }
  }

  test('is thrown by default', async () => {
    const { calls, pass, fetch } = slow()
    const call = resilientFetch(calls, { fetch })(URL_OF_MODEL)
    const failed = rejection(call)
    await pass()
    expect(await failed).toMatchObject({ code: 'ERR_SPILLWAY_TIMEOUT_EXCEEDED' })
  })

  test('is answered where the client would wrap it', async () => {
    const { calls, pass, fetch } = slow()
    const call = resilientFetch(calls, { fetch, refusals: 'respond' })(URL_OF_MODEL)
    await pass()
    const response = await call
    expect(response.status).toBe(504)
    expect(response.headers.get('x-spillway-code')).toBe('ERR_SPILLWAY_TIMEOUT_EXCEEDED')
    expect(response.headers.get('x-should-retry')).toBe('false')
    expect(refusalBehind(response.headers)).toMatchObject({ phase: 'total' })
    expect(await response.json()).toMatchObject({ error: { type: 'spillway_error' } })
  })

  test('is answered in the words of the provider', async () => {
    const { calls, pass, fetch } = slow()
    const protocol: Protocol = { provider: 'test', refusalBody: ({ code }, status) => ({ code, status }) }
    const call = resilientFetch(calls, { fetch, refusals: 'respond', protocol })(URL_OF_MODEL)
    await pass()
    expect(await (await call).json()).toEqual({ code: 'ERR_SPILLWAY_TIMEOUT_EXCEEDED', status: 504 })
  })

  test('of the caller is rethrown as it is, whatever it is', async () => {
    const reason = Object.assign(new Error('mine'), {
      isSpillwayError: true,
      code: 'ERR_SPILLWAY_TIMEOUT_EXCEEDED',
      verdict: { kind: 'transient' },
    })
    const controller = new AbortController()
    const call = resilientFetch(retrying(), { fetch: () => new Promise(() => {}), refusals: 'respond' })(URL_OF_MODEL, {
      signal: controller.signal,
    })
    controller.abort(reason)
    await expect(call).rejects.toBe(reason)
  })
})

test('wrong options are refused before any request', () => {
  expect(() => resilientFetch({} as never)).toThrow(/resilientFetch\.pipeline must be a pipeline/)
  expect(() => resilientFetch(retrying(), { retries: 3 } as never)).toThrow(/resilientFetch\.retries/)
  expect(() => resilientFetch(retrying(), { refusals: 'ignore' } as never)).toThrow(/respond, throw/)
  expect(() => resilientFetch(retrying(), { fetch: 'x' as never })).toThrow(/resilientFetch\.fetch/)
})
