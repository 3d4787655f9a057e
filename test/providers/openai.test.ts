import {
  APIConnectionError,
  APIUserAbortError,
  AuthenticationError,
  InternalServerError,
  OpenAI,
  RateLimitError,
} from 'openai'
import { isSpillwayError } from '@spillway/core'
import { pipelineOf, refusalOf, resilient } from '@spillway/openai'
import { describe, expect, test } from 'vitest'
import { ask, connect, hits, rejection, serve, simulate } from './openai-world.ts'

describe('an overloaded provider', () => {
  test('answers the third time: one result, three requests, events in order', async () => {
    const { simulator, url } = await simulate({ replies: [{ fault: 'overloaded', times: 2 }] })
    const { client, events } = connect(url)
    const answer = await client.chat.completions.create(ask())
    expect(answer.choices[0]?.message.content).toBeTruthy()
    expect(hits(simulator)).toBe(3)
    expect(events.map(({ type }) => type)).toEqual([
      'call.started',
      'endpoint.selected',
      'attempt.started',
      'attempt.completed',
      'retry.scheduled',
      'endpoint.selected',
      'attempt.started',
      'attempt.completed',
      'retry.scheduled',
      'endpoint.selected',
      'attempt.started',
      'attempt.completed',
      'call.completed',
    ])
  })

  test('is asked again only after the wait it asked for', async () => {
    const { simulator, url } = await simulate({ replies: [{ fault: 'overloaded', retryAfterMs: 40_000 }] })
    const { client, events } = connect(url)
    await client.chat.completions.create(ask())
    expect(hits(simulator)).toBe(2)
    const retry = events.find((event) => event.type === 'retry.scheduled')
    expect(retry).toMatchObject({ retryAfterMs: 40, verdict: 'overloaded' })
    expect(retry?.delayMs).toBeGreaterThanOrEqual(40)
  })

  test('that stays overloaded gives its own error in the class of the client, after our attempts and no more', async () => {
    const { simulator, url } = await simulate({ replies: [{ fault: 'overloaded', times: 20 }] })
    const { client } = connect(
      url,
      {
        retry: {
          maxAttempts: 3,
          jitterRatio: 0,
          backoff: {
            next: () => ({
              duration: 1,
              next() {
                return this
              },
            }),
          },
        },
      },
      { maxRetries: 2 },
    )
    const error = await rejection(client.chat.completions.create(ask()))
    expect(error).toBeInstanceOf(InternalServerError)
    expect(error).toMatchObject({ status: 503, code: 'server_is_overloaded', type: 'service_unavailable_error' })
    expect((error as InternalServerError).requestID).toMatch(/^req_/)
    expect(refusalOf(error)).toBeUndefined()
    expect(hits(simulator)).toBe(3)
  })

  test('costs no more requests when a single call asks the client for retries', async () => {
    const { simulator, url } = await simulate({ replies: [{ fault: 'overloaded', times: 20 }] })
    const { client } = connect(url, { retry: { maxAttempts: 2 } })
    await rejection(client.chat.completions.create(ask(), { maxRetries: 5 }))
    expect(hits(simulator)).toBe(2)
  })
})

describe('what no repetition mends', () => {
  test.for(['creditExhausted', 'insufficientQuota', 'unauthenticated', 'notFound', 'contextTooLong'] as const)(
    '%s is asked once',
    async (fault) => {
      const { simulator, url } = await simulate({ replies: [{ fault, times: 5 }] })
      const { client } = connect(url)
      await rejection(client.chat.completions.create(ask()))
      expect(hits(simulator)).toBe(1)
    },
  )

  test.for([
    'badGateway',
    'textError',
    'arrayError',
    'stringError',
    'emptyError',
    'brokenError',
    'hugeError',
    'rateLimited',
    'slowDown',
    'internal',
    'connectionReset',
    'truncated',
    'reset',
    'emptyObject',
  ] as const)('%s is asked again and answered', async (fault) => {
    const { simulator, url } = await simulate({ replies: [{ fault }] })
    const { client } = connect(url)
    const answer = await client.chat.completions.create(ask())
    expect(answer.choices[0]?.message.content).toBeTruthy()
    expect(hits(simulator)).toBe(2)
  })

  test('an empty answer is handed over as it is when re-rolls are used up', async () => {
    const { simulator, url } = await simulate({ replies: [{ fault: 'noImage', times: 9 }] })
    const { client } = connect(url)
    const result = await client.images.generate({ model: 'gpt-image-1', prompt: 'a dam' })
    expect(result.data).toEqual([])
    expect(hits(simulator)).toBe(3)
  })
})

describe('silence', () => {
  test('a request that hangs is ended by the limit of its attempt and answered by the next', async () => {
    const { simulator, url } = await simulate({ replies: [{ fault: 'hang' }] })
    const { client } = connect(url, { timeout: { attemptMs: 300 } })
    const answer = await client.chat.completions.create(ask())
    expect(answer.choices).toHaveLength(1)
    expect(hits(simulator)).toBe(2)
  })

  test('a body that never comes is ended too', async () => {
    const { simulator, url } = await simulate({
      replies: [{ fault: 'stallAfterHeaders' }, { fault: 'heartbeatsOnly', everyMs: 20_000 }],
    })
    const { client } = connect(url, { timeout: { firstByteMs: 300 } })
    const answer = await client.chat.completions.create(ask())
    expect(answer.choices).toHaveLength(1)
    expect(hits(simulator)).toBe(3)
  })

  test('a call out of time fails with status 504 and our error behind it', async () => {
    const { url } = await simulate({ replies: [{ fault: 'hang', times: 9 }] })
    const { client } = connect(url, { timeout: { totalMs: 100 } })
    const error = await rejection(client.chat.completions.create(ask()))
    expect(error).toBeInstanceOf(InternalServerError)
    expect(error).toMatchObject({ status: 504, code: 'ERR_SPILLWAY_TIMEOUT_EXCEEDED', type: 'spillway_error' })
    expect(refusalOf(error)).toMatchObject({ phase: 'total', limitMs: 100 })
  })
})

describe('refusals', () => {
  test('a full rate limit is a RateLimitError of the client with our error behind it', async () => {
    const { simulator, url } = await simulate()
    const { client } = connect(url, { rateLimit: { quotas: [{ permits: 1, periodMs: 3_600_000 }] } })
    await client.chat.completions.create(ask())
    const error = await rejection(client.chat.completions.create(ask()))
    expect(isSpillwayError(refusalOf(error))).toBe(true)
    expect([429, 503]).toContain((error as RateLimitError).status)
    expect(hits(simulator)).toBe(1)
  })

  test('a disposed pipeline refuses with 503', async () => {
    const { simulator, url } = await simulate()
    const { client } = connect(url)
    pipelineOf(client).dispose()
    const error = await rejection(client.chat.completions.create(ask()))
    expect(error).toMatchObject({ status: 503, code: 'ERR_SPILLWAY_PIPELINE_DISPOSED' })
    expect(hits(simulator)).toBe(0)
  })
})

describe('several endpoints', () => {
  test('a relay takes over with its own key and its own name for the model', async () => {
    const { simulator, url } = await simulate({
      endpoints: {
        official: { replies: [{ fault: 'overloaded', times: 50 }], keys: ['first-key'], models: ['gpt-test'] },
        relay: { keys: ['relay-key'], models: ['vendor/gpt-test'] },
      },
    })
    const { client, events } = connect(`${url}/e/official`, {
      endpoints: [
        { name: 'official' },
        { name: 'relay', baseURL: `${url}/e/relay/v1`, apiKey: 'relay-key', models: { 'gpt-test': 'vendor/gpt-test' } },
      ],
    })
    const answer = await client.chat.completions.create(ask())
    expect(answer.model).toBe('vendor/gpt-test')
    expect([hits(simulator, 'official'), hits(simulator, 'relay')]).toEqual([1, 1])
    expect(events.find(({ type }) => type === 'endpoint.failed_over')).toMatchObject({ from: 'official', to: 'relay' })
  })

  test('another host sees neither the key, nor the organization, nor any other header of the first', async () => {
    const relay = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ choices: [{ index: 0, message: { content: 'hi' }, finish_reason: 'stop' }] }))
    })
    const { url } = await simulate({ replies: [{ fault: 'unauthenticated', times: 9 }] })
    const { client } = connect(
      url,
      {
        endpoints: [
          { name: 'official' },
          { name: 'relay', baseURL: `${relay.url}/v1`, apiKey: async () => 'relay-key' },
        ],
      },
      { organization: 'secret-org', project: 'secret-project', defaultHeaders: { 'x-gateway-key': 'secret' } },
    )
    const answer = await client.chat.completions.create(ask())
    expect(answer.choices[0]?.message.content).toBe('hi')
    const { headers } = relay.requests[0]!
    expect(headers['authorization']).toBe('Bearer relay-key')
    expect(JSON.stringify(headers)).not.toContain('first-key')
    expect(JSON.stringify(headers)).not.toContain('secret')
  })

  test('a redirect is not followed: no other host sees the key or the prompt', async () => {
    const thief = await serve((_request, response) => response.end('{}'))
    const gateway = await serve((_request, response) => {
      response.writeHead(307, { location: `${thief.url}/v1/chat/completions` })
      response.end()
    })
    const { client } = connect(gateway.url)
    const error = await rejection(client.chat.completions.create(ask()))
    expect(error).toMatchObject({ status: 307 })
    expect(gateway.requests).toHaveLength(1)
    expect(thief.requests).toHaveLength(0)
  })
})

describe('the caller', () => {
  test('who leaves before the call asks nobody', async () => {
    const { simulator, url } = await simulate()
    const { client } = connect(url)
    const error = await rejection(client.chat.completions.create(ask(), { signal: AbortSignal.abort() }))
    expect(error).toBeInstanceOf(APIUserAbortError)
    expect(hits(simulator)).toBe(0)
  })

  test('who leaves during the wait for a retry causes no further request', async () => {
    const { simulator, url } = await simulate({
      replies: [{ fault: 'overloaded', retryAfterMs: 60_000_000, times: 5 }],
    })
    const { client, events } = connect(url)
    const controller = new AbortController()
    pipelineOf(client).events.subscribe((event) => {
      if (event.type === 'retry.scheduled') controller.abort()
    })
    const error = await rejection(client.chat.completions.create(ask(), { signal: controller.signal }))
    expect(error).toBeInstanceOf(APIUserAbortError)
    expect(hits(simulator)).toBe(1)
    expect(events.at(-1)).toMatchObject({ type: 'call.completed', verdict: { kind: 'canceled' } })
  })

  test('whose connection fails gets the connection error of the client', async () => {
    const { url } = await simulate({ replies: [{ fault: 'connectionReset', times: 9 }] })
    const { client } = connect(url, { retry: { maxAttempts: 2 } })
    const error = await rejection(client.chat.completions.create(ask()))
    expect(error).toBeInstanceOf(APIConnectionError)
    expect((error as Error).cause).toBeInstanceOf(TypeError)
  })
})

describe('the client', () => {
  test('keeps its class and its ways: withResponse, asResponse, _request_id, parse, withOptions', async () => {
    const { simulator, url } = await simulate({ replies: [{ fault: 'overloaded' }] })
    const { client } = connect(url)
    expect(client).toBeInstanceOf(OpenAI)
    const { data, response, request_id: id } = await client.chat.completions.create(ask()).withResponse()
    expect(data.choices).toHaveLength(1)
    expect(response.headers.get('x-request-id')).toBe(id)
    expect(response.url).toBe(`${url}/v1/chat/completions`)
    expect(data._request_id).toBe(id)
    expect((await client.chat.completions.create(ask()).asResponse()).status).toBe(200)
    const parsed = await client.chat.completions.parse(ask())
    expect(parsed.choices[0]?.message.content).toBeTruthy()
    const clone = client.withOptions({ timeout: 5000 })
    expect((await clone.chat.completions.create(ask())).choices).toHaveLength(1)
    expect(pipelineOf(clone)).toBe(pipelineOf(client))
    expect(hits(simulator)).toBe(5)
  })

  test('makes images', async () => {
    const { simulator, url } = await simulate({ replies: [{ fault: 'overloaded' }] })
    const { client } = connect(url)
    const { data } = await client.images.generate({ model: 'gpt-image-1', prompt: 'a dam in spring' })
    const png = Buffer.from(data?.[0]?.b64_json ?? '', 'base64')
    expect(png.subarray(0, 8)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
    expect(hits(simulator)).toBe(2)
  })

  test('sends through the fetch its owner gave it', async () => {
    const { url } = await simulate()
    let seen = 0
    const client = resilient(
      new OpenAI({
        baseURL: `${url}/v1`,
        apiKey: 'k',
        fetch: (input, init) => {
          seen++
          return fetch(input as string, init as RequestInit)
        },
      }),
    )
    await client.chat.completions.create(ask())
    expect(seen).toBe(1)
  })

  test('lists models, and gives the error of its own class when it may not', async () => {
    const { url } = await simulate({ models: ['a', 'b'], requireKey: true })
    const { client } = connect(url)
    expect((await client.models.list()).data.map(({ id }) => id)).toEqual(['a', 'b'])
    const refused = await serve((_request, response) => {
      response.writeHead(401, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: { message: 'no', type: 'invalid_request_error', code: 'invalid_api_key' } }))
    })
    const error = await rejection(connect(refused.url).client.models.list())
    expect(error).toBeInstanceOf(AuthenticationError)
  })
})
