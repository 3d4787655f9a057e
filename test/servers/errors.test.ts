import { once } from 'node:events'
import { connect as connectHttp2, constants } from 'node:http2'
import {
  BulkheadFullError,
  CircuitOpenError,
  ConcurrencyLimitExceededError,
  CostLimitExceededError,
  NoEndpointReadyError,
  pipeline,
  PipelineDisposedError,
  RateLimitExceededError,
  retry,
  retryBudget,
  TimeoutExceededError,
} from '@spillway/core'
import { ProviderError } from '@spillway/http'
import { resilient } from '@spillway/openai'
import OpenAI from 'openai'
import { describe, expect, test } from 'vitest'
import { ask, simulate } from '../providers/openai-world.ts'
import { hosts } from './hosts.ts'

const CANARY = 'sk-canary-7'

const overloaded = new ProviderError(
  { provider: 'openai', endpoint: CANARY },
  { verdict: { kind: 'overloaded', status: 503, retryAfterMs: 7200 }, message: CANARY },
)

const throttled = new ProviderError(
  { provider: 'openai', endpoint: CANARY },
  { verdict: { kind: 'throttled', status: 429, retryAfterMs: 7200 }, message: CANARY },
)

/** What a handler fails with, the status, and the least of `Retry-After`. */
const refusals: [what: string, error: Error, status: number, seconds: number | undefined][] = [
  ['an open circuit', new CircuitOpenError(CANARY, CANARY, 4200), 503, 5],
  ['a circuit held open by hand', new CircuitOpenError(CANARY, CANARY, Infinity), 503, undefined],
  ['a full bulkhead', new BulkheadFullError(CANARY, 'queue_full', 4, 0), 503, 2],
  ['no place in time', new ConcurrencyLimitExceededError(CANARY, CANARY, 'queue_full', 4, 0), 429, 2],
  ['a spent ceiling', new CostLimitExceededError(CANARY, { cost: 1, expectedCost: 1, maxCost: 1 }, CANARY), 503, 2],
  ['a disposed pipeline', new PipelineDisposedError(CANARY), 503, 2],
  ['no permit in time', new RateLimitExceededError(CANARY, CANARY, 'waited_too_long', 900), 429, 1],
  ['a passed limit', new TimeoutExceededError('total', 10), 504, undefined],
  ['no endpoint left', new NoEndpointReadyError(CANARY, [CANARY], 'waited_too_long', 3000), 503, 3],
  ['the last error of an exhausted failover', overloaded, 503, 8],
  ['a pace that the provider sets us', throttled, 503, 8],
  ['an error with one of ours as its cause', new Error(CANARY, { cause: overloaded }), 503, 8],
  ['a long wait', new CircuitOpenError(CANARY, CANARY, 90_000), 503, 90],
]

const cors = { 'access-control-allow-origin': 'https://app.example', 'x-request-id': 'r1' }

describe.for(hosts)('what fails in a handler of $name', ({ serve, serve2 }) => {
  test.for(refusals)('%s is told without a word of the inside', async ([, error, status, seconds]) => {
    const { url } = await serve({
      routes: {
        '/': ({ response }) => {
          for (const [name, value] of Object.entries(cors)) response.setHeader(name, value)
          response.setHeader('content-encoding', 'gzip')
          throw error
        },
      },
    })
    const answer = await fetch(url)
    const body = await answer.text()
    expect(answer.status).toBe(status)
    expect(JSON.parse(body)).toEqual({
      status,
      title: expect.any(String),
      type: expect.stringMatching(/^(about|https)/),
    })
    expect(body + JSON.stringify([...answer.headers])).not.toContain(CANARY)
    const wait = answer.headers.get('retry-after')
    if (seconds === undefined) expect(wait).toBeNull()
    else {
      expect(wait).toMatch(/^\d+$/)
      expect(Number(wait)).toBeGreaterThanOrEqual(seconds)
      expect(Number(wait)).toBeLessThanOrEqual(Math.ceil(seconds * 1.1) + 1)
    }
    expect(answer.headers.get('x-should-retry')).toBe(
      status === 503 && ![5, 2, 3, 8].includes(seconds ?? 0) ? 'false' : null,
    )
    expect(Object.fromEntries(answer.headers)).toMatchObject(cors)
    expect(answer.headers.get('access-control-expose-headers')).toBe('Retry-After, RateLimit, RateLimit-Policy')
  })

  test('because a retry budget is spent is told as what the provider said', async () => {
    const budget = retryBudget({ retryRatio: 0, minRetries: 0, whenSpent: 'refuse' })
    const calls = pipeline([retry({ budget })])
    let attempts = 0
    const fail = (): Promise<never> => {
      attempts++
      return Promise.reject(overloaded)
    }
    const { url } = await serve({ routes: { '/': () => calls.execute(fail) } })
    const answer = await fetch(url)
    expect([answer.status, Number(answer.headers.get('retry-after')) >= 8, attempts]).toEqual([503, true, 1])
  })

  test('is told as text to clients that take no JSON, and without a body to HEAD', async () => {
    const { url } = await serve({
      routes: {
        '/': () => {
          throw overloaded
        },
      },
    })
    const asText = await fetch(url, { headers: { accept: 'text/html' } })
    expect([asText.headers.get('content-type'), await asText.text()]).toEqual([
      'text/plain; charset=utf-8',
      'Service Unavailable\n',
    ])
    const head = await fetch(url, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([503, ''])
  })

  test('under an official client is told as what is behind its error', async () => {
    const { url: upstream } = await simulate({
      endpoints: { slow: { replies: [{ fault: 'hang' }] }, strict: { replies: [{ fault: 'invalidKey' }] } },
    })
    const plain = new OpenAI({ baseURL: `${upstream}/e/strict/v1`, apiKey: CANARY, maxRetries: 0 })
    const client = resilient(new OpenAI({ baseURL: `${upstream}/e/slow/v1`, apiKey: CANARY }), {
      timeout: { totalMs: 5 },
    })
    const { url } = await serve({
      routes: {
        '/refused': () => client.chat.completions.create(ask()),
        '/provider': () => plain.chat.completions.create(ask()),
      },
    })
    const refused = await fetch(`${url}/refused`)
    const provider = await fetch(`${url}/provider`)
    expect([refused.status, provider.status]).toEqual([504, 502])
    expect((await refused.text()) + (await provider.text())).not.toMatch(/canary|openai|127\.0/)
  })

  test('for reasons of its own is left to the host', async () => {
    const heard: unknown[] = []
    const { url } = await serve({
      errors: { onError: (error) => heard.push(error) },
      routes: {
        '/': () => {
          throw Object.assign(new Error('teapot'), { status: 418, expose: true })
        },
      },
    })
    const answer = await fetch(url)
    expect([[418, 500].includes(answer.status), heard]).toEqual([true, []])
  })

  test.for([overloaded, new Error('boom')])('after a stream of events began is its last event: %s', async (error) => {
    const { url } = await serve({
      routes: {
        '/': ({ response }) => {
          response.writeHead(200, { 'content-type': 'text/event-stream' })
          response.write('data: 1\n\ndata: cut in the mid')
          throw error
        },
      },
    })
    const body = await (await fetch(url)).text()
    const [first, , last] = body.split('\n\n')
    expect(first).toBe('data: 1')
    expect(last).toMatch(/^event: error\ndata: \{"type":.*"status":50[03]\}$/)
  })

  test.for([overloaded, new Error('boom')])('after any other answer began cuts it: %s', async (error) => {
    const { url } = await serve({
      routes: {
        '/': ({ response }) => {
          response.writeHead(200, { 'content-type': 'application/json' })
          response.write('[1,')
          throw error
        },
      },
    })
    const answer = await fetch(url)
    await expect(answer.text()).rejects.toThrow('terminated')
  })

  test('after an answer began cuts its stream of HTTP/2, and not the others', async () => {
    const { url } = await serve2({
      routes: {
        '/cut': ({ response }) => {
          response.writeHead(200, { 'content-type': 'application/json' })
          response.write('[1,')
          throw overloaded
        },
        '/whole': ({ send }) => send('whole'),
        '/refused': () => {
          throw overloaded
        },
      },
    })
    const session = connectHttp2(url)
    const cut = session.request({ ':path': '/cut' })
    cut.resume()
    const [error] = (await once(cut, 'error').catch((thrown) => [thrown])) as [Error]
    expect([error.message, cut.rstCode]).toEqual([
      expect.stringContaining('INTERNAL_ERROR'),
      constants.NGHTTP2_INTERNAL_ERROR,
    ])
    const get = async (path: string): Promise<[unknown, string]> => {
      const stream = session.request({ ':path': path })
      const [headers] = (await once(stream, 'response')) as [Record<string, unknown>]
      let body = ''
      for await (const chunk of stream.setEncoding('utf8')) body += String(chunk)
      return [headers[':status'], body]
    }
    expect(await get('/whole')).toEqual([200, 'whole'])
    expect(await get('/refused')).toEqual([503, expect.stringContaining('"status":503')])
    session.destroy()
  })
})
