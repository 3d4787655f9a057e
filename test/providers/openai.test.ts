import { circuitBreaker, constantBackoff, pipeline, rateLimit, standardPipeline } from '@spillway/core'
import { ConsecutiveBreaker } from 'cockatiel'
import { resilientFetch } from '@spillway/http'
import { pipelineOf, refusalOf } from '@spillway/openai'
import OpenAI, {
  type APIError,
  APIConnectionError,
  APIUserAbortError,
  InternalServerError,
  RateLimitError,
} from 'openai'
import { describe, expect, test } from 'vitest'
import { ask, connect, hits, rejection, serve, simulate } from './openai-world.ts'

describe('an overloaded provider', () => {
  // hard case: overloaded-twice
  // trap: no-stacked-retries
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
      'limit.changed',
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

  // hard case: overloaded-twice
  // trap: hint-is-read
  test('is asked again only after the wait it asked for', async () => {
    const { simulator, url } = await simulate({ replies: [{ fault: 'overloaded', retryAfterMs: 40_000 }] })
    const { client, events } = connect(url)
    await client.chat.completions.create(ask())
    expect(hits(simulator)).toBe(2)
    const retry = events.find((event) => event.type === 'retry.scheduled')
    expect(retry).toMatchObject({ retryAfterMs: 40, verdict: 'overloaded' })
    expect(retry?.delayMs).toBeGreaterThanOrEqual(40)
  })

  // hard case: one-retry-loop
  // trap: no-stacked-retries
  test('that stays overloaded gives its own error in the class of the client, after our attempts and no more', async () => {
    const { simulator, url } = await simulate({ replies: [{ fault: 'overloaded', times: 20 }] })
    const { client } = connect(
      url,
      {
        retry: {
          maxAttempts: 3,
          jitter: 'none',
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

  // hard case: one-retry-loop
  test('costs no more requests when a single call asks the client for retries', async () => {
    const { simulator, url } = await simulate({ replies: [{ fault: 'overloaded', times: 20 }] })
    const { client } = connect(url, { retry: { maxAttempts: 2 } })
    await rejection(client.chat.completions.create(ask(), { maxRetries: 5 }))
    expect(hits(simulator)).toBe(2)
  })
})

describe('a plain client with our fetch', () => {
  // hard case: one-retry-loop
  test('repeats nothing on its own either: its own two retries are told not to be made', async () => {
    const { simulator, url } = await simulate({ replies: [{ fault: 'overloaded', times: 20 }] })
    const calls = standardPipeline({
      retry: { maxAttempts: 3, backoff: constantBackoff(1) },
      adaptiveConcurrency: false,
    })
    const fetchThrough = resilientFetch(calls, { refusals: 'respond' })
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'k', fetch: fetchThrough })
    expect(client.maxRetries).toBe(2)
    expect(await rejection(client.chat.completions.create(ask()))).toMatchObject({ status: 503 })
    expect(hits(simulator)).toBe(3)
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
})

describe('silence', () => {
  test('a request that hangs is ended by the limit of its attempt and answered by the next', async () => {
    const { simulator, url } = await simulate({ replies: [{ fault: 'hang' }] })
    const { client } = connect(url, { timeout: { attemptMs: 1000 } })
    const answer = await client.chat.completions.create(ask())
    expect(answer.choices).toHaveLength(1)
    expect(hits(simulator)).toBe(2)
  })

  // hard case: silence-after-headers
  // hard case: heartbeats-only
  test('a body that never comes is ended too', async () => {
    const { simulator, url } = await simulate({
      replies: [{ fault: 'stallAfterHeaders' }, { fault: 'heartbeatsOnly', everyMs: 20_000 }],
    })
    const { client } = connect(url, { timeout: { firstByteMs: 1000 } })
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
  test('a spent quota of ours is an error of the client, with our own error behind it', async () => {
    const { simulator, url } = await simulate()
    const { client } = connect(url, { rateLimit: { quotas: [{ permits: 1, periodMs: 3_600_000 }] } })
    await client.chat.completions.create(ask())
    const error = await rejection(client.chat.completions.create(ask()))
    expect(error).toBeInstanceOf(InternalServerError)
    expect(error).toMatchObject({ status: 503, code: 'ERR_SPILLWAY_NO_ENDPOINT_READY' })
    expect(refusalOf(error)?.retryAfterMs).toBeGreaterThan(60_000)
    expect(hits(simulator)).toBe(1)
  })

  test.for([
    [
      'RateLimitExceededError',
      429,
      RateLimitError,
      () => rateLimit({ quotas: [{ permits: 1, periodMs: 3_600_000 }], maxWaitMs: 0 }),
    ],
    [
      'CircuitOpenError',
      503,
      InternalServerError,
      () => circuitBreaker({ breaker: () => new ConsecutiveBreaker(1), halfOpenAfter: 60_000 }),
    ],
  ] as const)('by %s say when to come again, as a server would', async ([name, status, itsClass, policy]) => {
    const { simulator, url } = await simulate({ replies: [{ fault: 'internal' }] })
    const { client } = connect(url, { pipeline: pipeline([policy()]) })
    await rejection(client.chat.completions.create(ask()))
    const error = (await rejection(client.chat.completions.create(ask()))) as APIError
    expect(error).toMatchObject({ status, type: 'spillway_error' })
    expect(error).toBeInstanceOf(itsClass)
    const refusal = refusalOf(error)
    expect(refusal?.name).toBe(name)
    expect(refusal?.retryAfterMs).toBeGreaterThan(0)
    expect(Number(error.headers?.get('retry-after'))).toBe(Math.ceil((refusal?.retryAfterMs ?? 0) / 1000))
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

describe('the caller', () => {
  // hard case: caller-aborts
  test('who leaves before the call asks nobody', async () => {
    const { simulator, url } = await simulate()
    const { client } = connect(url)
    const error = await rejection(client.chat.completions.create(ask(), { signal: AbortSignal.abort() }))
    expect(error).toBeInstanceOf(APIUserAbortError)
    expect(hits(simulator)).toBe(0)
  })

  // hard case: caller-aborts
  // trap: no-call-after-abort
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

  // hard case: caller-aborts
  test('who leaves while the provider says nothing closes the socket, and blames nobody', async () => {
    const server = await serve(() => {})
    const { client, events } = connect(server.url)
    for (let i = 1; i <= 6; i++) {
      const leaving = new AbortController()
      const call = rejection(client.chat.completions.create(ask(), { signal: leaving.signal }))
      await expect.poll(() => server.requests.length).toBe(i)
      leaving.abort()
      expect(await call).toBeInstanceOf(APIUserAbortError)
    }
    await expect.poll(() => server.leavers()).toBe(6)
    expect(server.requests).toHaveLength(6)
    expect(events.filter(({ type }) => type.startsWith('circuit.'))).toEqual([])
    expect(pipelineOf(client).state().inFlight).toBe(0)
  })

  // hard case: caller-aborts
  test('who leaves after the end changes nothing', async () => {
    const { simulator, url } = await simulate()
    const { client, events } = connect(url)
    const leaving = new AbortController()
    const answer = await client.chat.completions.create(ask(), { signal: leaving.signal })
    const before = events.length
    leaving.abort()
    await new Promise(setImmediate)
    expect(answer.choices).toHaveLength(1)
    expect(events).toHaveLength(before)
    expect(hits(simulator)).toBe(1)
  })

  test('whose connection fails gets the connection error of the client', async () => {
    const { url } = await simulate({ replies: [{ fault: 'connectionReset', times: 9 }] })
    const { client } = connect(url, { retry: { maxAttempts: 2 } })
    const error = await rejection(client.chat.completions.create(ask()))
    expect(error).toBeInstanceOf(APIConnectionError)
    expect((error as Error).cause).toBeInstanceOf(TypeError)
  })
})
