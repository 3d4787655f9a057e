import { InternalServerError, RateLimitError } from 'openai'
import { describe, expect, test } from 'vitest'
import { ask, connect, hits, rejection, serve, simulate } from './openai-world.ts'

const HOUR = 3_600_000
const completion = { choices: [{ index: 0, message: { content: 'hi' }, finish_reason: 'stop' }] }

/** An error in the words of Gemini, whose compatible API many call with this client. */
const gemini = (message: string, details: object[] = []): object => ({
  error: { code: 429, message, status: 'RESOURCE_EXHAUSTED', details },
})
const retryInfo = (retryDelay: string): object => ({ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay })
const quotaFailure = (quotaId: string, quotaValue: string): object => ({
  '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
  violations: [{ quotaId, quotaValue }],
})

/** Answers each request with the next of these, then with a completion. */
const replying = async (
  ...replies: { status: number; body: object; headers?: Record<string, string> }[]
): ReturnType<typeof serve> => {
  const left = [...replies]
  return serve((_request, response) => {
    const { status, body, headers } = left.shift() ?? { status: 200, body: completion }
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  })
}

/** What the first retry waits for, as the provider's answer says; the call is left then, so that nobody waits. */
const waitAfter = async (url: string): Promise<number | undefined> => {
  const { client, events } = connect(url, { timeout: { totalMs: 24 * HOUR } })
  const leaving = new AbortController()
  const call = client.chat.completions.create(ask(), { signal: leaving.signal }).catch(() => undefined)
  await expect.poll(() => events.some(({ type }) => type === 'retry.scheduled')).toBe(true)
  leaving.abort()
  await call
  return events.find((event) => event.type === 'retry.scheduled')?.retryAfterMs
}

describe('the wait in headers', () => {
  const inTwoMinutes = new Date(Date.now() + 120_000).toUTCString()
  // hard case: waits-in-headers
  test.for<[string, Record<string, string>, number | undefined]>([
    ['seconds', { 'retry-after': '90' }, 90_000],
    ['milliseconds before seconds', { 'retry-after': '100', 'retry-after-ms': '70000.5' }, 70_000.5],
    ['milliseconds of Azure', { 'x-ms-retry-after-ms': '70000' }, 70_000],
    ['a fraction', { 'retry-after': '61.5' }, 61_500],
    [
      'a limit that is used up',
      { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '1m10s' },
      70_000,
    ],
    [
      'a limit that is not',
      { 'x-ratelimit-remaining-requests': '1', 'x-ratelimit-reset-requests': '1m10s' },
      undefined,
    ],
    ['a negative number', { 'retry-after': '-5' }, undefined],
    ['no number', { 'retry-after': 'NaN', 'retry-after-ms': 'soon' }, undefined],
    ['a date in the past', { 'retry-after': 'Thu, 01 Jan 2026 00:00:00 GMT' }, undefined],
  ])('%s', async ([, headers, expected]) => {
    const { simulator, url } = await simulate({ replies: [{ fault: 'overloaded', headers, times: 3 }] })
    expect(await waitAfter(url)).toBe(expected)
    if (expected !== undefined) expect(hits(simulator)).toBe(1)
  })

  // hard case: waits-in-headers
  test('a date, by the clock of the server', async () => {
    const { url } = await simulate({ replies: [{ fault: 'overloaded', headers: { 'retry-after': inTwoMinutes } }] })
    const wait = await waitAfter(url)
    expect(wait).toBeGreaterThan(110_000)
    expect(wait).toBeLessThanOrEqual(121_000)
  })

  // hard case: waits-in-headers
  test('is kept, by the clock of the server', async () => {
    const busy = {
      status: 503,
      body: { error: { code: 'server_is_overloaded' } },
      headers: { 'retry-after-ms': '400' },
    }
    const server = await replying(busy, busy)
    await connect(server.url).client.chat.completions.create(ask())
    const [first = 0, second = 0, third = 0] = server.requests.map(({ at }) => at)
    expect(second - first).toBeGreaterThanOrEqual(395)
    expect(third - second).toBeGreaterThanOrEqual(395)
  })
})

describe('the wait in a body', () => {
  // hard case: waits-in-bodies
  test.for<[string, object, number]>([
    ['23s', gemini('', [retryInfo('23s')]), 23_000],
    ['a fraction', gemini('', [retryInfo('55.5s')]), 55_500],
    ['milliseconds', gemini('', [retryInfo('900ms')]), 900],
    ['words', gemini('Please retry in 46.5s.'), 46_500],
    ['words with hours', gemini('Please retry in 10h17m5.5s.'), 10 * HOUR + 17 * 60_000 + 5500],
  ])('%s', async ([, body, expected]) => {
    const server = await replying({ status: 429, body }, { status: 429, body })
    expect(await waitAfter(server.url)).toBe(expected)
  })

  // hard case: waits-in-bodies
  test('that the call has no time for ends it at once with the error of the provider', async () => {
    const server = await replying({ status: 429, body: gemini('Please retry in 10h17m5.7s.') })
    const { client, events } = connect(server.url)
    const error = await rejection(client.chat.completions.create(ask()))
    expect(error).toBeInstanceOf(RateLimitError)
    expect(error).toMatchObject({ status: 429, error: { status: 'RESOURCE_EXHAUSTED' } })
    expect(server.requests).toHaveLength(1)
    expect(events.find(({ type }) => type === 'retry.exhausted')).toMatchObject({ reason: 'deadline' })
  })

  // hard case: waits-in-bodies
  test('that the call has no time for sends it to the other endpoint at once', async () => {
    const server = await replying({ status: 429, body: gemini('', [retryInfo('36000s')]) })
    const relay = await replying()
    const { client } = connect(server.url, {
      endpoints: [{ name: 'official' }, { name: 'relay', baseURL: `${relay.url}/v1`, apiKey: 'k' }],
    })
    const began = performance.now()
    await client.chat.completions.create(ask())
    expect(performance.now() - began).toBeLessThan(2000)
    expect([server.requests.length, relay.requests.length]).toEqual([1, 1])
  })
})

describe('a quota that is spent', () => {
  const spent: [string, { status: number; body: object }][] = [
    [
      'for the day',
      { status: 429, body: gemini('', [quotaFailure('GenerateRequestsPerDayPerProjectPerModel-FreeTier', '100')]) },
    ],
    ['because there is none', { status: 429, body: gemini('Quota exceeded, limit: 0, model: x') }],
    [
      'with the balance',
      { status: 429, body: { error: { code: 'credit_balance_exhausted', type: 'insufficient_quota' } } },
    ],
  ]

  // hard case: quota-until-reset
  test.for(spent)('%s: the next endpoint answers at once, and the first is left alone', async ([, reply]) => {
    const server = await replying(reply, reply, reply)
    const relay = await replying()
    const { client } = connect(server.url, {
      endpoints: [{ name: 'official' }, { name: 'relay', baseURL: `${relay.url}/v1`, apiKey: 'k' }],
    })
    const began = performance.now()
    for (let i = 0; i < 5; i++) await client.chat.completions.create(ask())
    expect(performance.now() - began).toBeLessThan(2000)
    expect([server.requests.length, relay.requests.length]).toEqual([1, 5])
  })

  // hard case: quota-until-reset
  test.for(spent)('%s: without another endpoint the call fails at once', async ([, reply]) => {
    const server = await replying(reply, reply)
    const error = await rejection(connect(server.url).client.chat.completions.create(ask()))
    expect(error).toBeInstanceOf(RateLimitError)
    expect(server.requests).toHaveLength(1)
  })

  // hard case: keys-of-one-project
  test('is not tried with another key of the same project', async () => {
    const { simulator, url } = await simulate({
      endpoints: {
        official: { replies: [{ fault: 'insufficientQuota', times: 9 }] },
        relay: {},
      },
    })
    const same = { baseURL: `${url}/e/official/v1`, project: 'ours' }
    const { client, events } = connect(`${url}/e/official`, {
      endpoints: [
        { name: 'first key', ...same, apiKey: 'first-key' },
        { name: 'second key', ...same, apiKey: 'second-key' },
        { name: 'relay', baseURL: `${url}/e/relay/v1`, apiKey: 'relay-key' },
      ],
    })
    for (let i = 0; i < 3; i++) await client.chat.completions.create(ask())
    expect([hits(simulator, 'official'), hits(simulator, 'relay')]).toEqual([1, 3])
    expect(Object.keys(simulator.counters().endpoints['official']?.requestsByKey ?? {})).toHaveLength(1)
    expect(events.find(({ type }) => type === 'endpoint.failed_over')).toMatchObject({ to: 'relay' })
  })

  // hard case: keys-of-one-project
  test('is tried with the key of another project', async () => {
    const { simulator, url } = await simulate({ replies: [{ fault: 'insufficientQuota' }] })
    const { client } = connect(url, {
      endpoints: [
        { name: 'first key', apiKey: 'first-key', project: 'ours' },
        { name: 'second key', apiKey: 'second-key', project: 'theirs' },
      ],
    })
    await client.chat.completions.create(ask())
    expect(Object.values(simulator.counters().total.requestsByKey)).toEqual([1, 1])
  })
})

test('a provider that is worth waiting for is told from one that is not', async () => {
  const server = await replying({ status: 503, body: {}, headers: { 'retry-after': '86400' } })
  const error = await rejection(connect(server.url).client.chat.completions.create(ask()))
  expect(error).toBeInstanceOf(InternalServerError)
  expect(server.requests).toHaveLength(1)
})
