import { describe, expect, test } from 'vitest'
import { CONTENTS, GENERATE, chat, post, start } from '../__fixtures__/wire.ts'
import { presets } from '../scenario/presets.ts'

describe('overload', () => {
  test('is told in the words of the Gemini API, exactly', async () => {
    const { url } = await start({ replies: [{ fault: 'overloaded' }] })
    const response = await post(url + GENERATE, CONTENTS)
    expect(response.status).toBe(503)
    expect(await response.text()).toBe(
      '{"error":{"code":503,"message":"The model is overloaded. Please try again later.","status":"UNAVAILABLE"}}',
    )
  })

  test('is told in the words of OpenAI, with its hint in headers', async () => {
    const { url } = await start({ replies: [{ fault: 'overloaded', retryAfterMs: 1200 }] })
    const response = await chat(url)
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('2')
    expect(response.headers.get('retry-after-ms')).toBe('1200')
    expect(await response.json()).toMatchObject({
      error: { type: 'service_unavailable_error', code: 'server_is_overloaded', param: null },
    })
  })

  test('hints are in the time the client lives in', async () => {
    const replies = [{ fault: 'overloaded', retryAfterMs: 5000, times: 2 }] as const
    const { url } = await start({ ...presets.instant, replies }, { timeScale: 100 })
    const relay = await chat(url)
    expect(relay.headers.get('retry-after-ms')).toBe('50')
    expect(relay.headers.has('retry-after')).toBe(false)
    const native = (await (await post(url + GENERATE, CONTENTS)).json()) as { error: { details: unknown } }
    expect(native.error.details).toEqual([{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '0.05s' }])
  })

  test('comes by itself when capacity and line are full, and passes', async () => {
    const { url, simulator } = await start({ capacity: 1, queueLimit: 1 }, { timeScale: 200 })
    const statuses = await Promise.all([1, 2, 3].map(async () => (await post(url + GENERATE, CONTENTS)).status))
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 200, 503])
    expect((await post(url + GENERATE, CONTENTS)).status).toBe(200)
    expect(simulator.counters().total).toMatchObject({ requests: 4, refusedBy: { queue: 1 }, outcomes: { ok: 3 } })
  })
})

describe('quota', () => {
  test('is refused by Gemini with the violated limit and the delay in the body', async () => {
    const { url } = await start({ ...presets.instant, quota: { requestsPerMinute: 1 } })
    const key = { 'x-goog-api-key': 'a' }
    expect((await post(url + GENERATE, CONTENTS, key)).status).toBe(200)
    const refused = await post(url + GENERATE, CONTENTS, key)
    expect(refused.status).toBe(429)
    const { error } = (await refused.json()) as { error: { status: string; details: Record<string, unknown>[] } }
    expect(error.status).toBe('RESOURCE_EXHAUSTED')
    expect(error.details.map((detail) => String(detail['@type']).split('.').at(-1))).toEqual([
      'Help',
      'QuotaFailure',
      'RetryInfo',
    ])
    expect(error.details[1]).toMatchObject({
      violations: [{ quotaId: 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier', quotaValue: '1' }],
    })
    expect(Number.parseFloat(String(error.details[2]!['retryDelay']))).toBeGreaterThan(55)
    expect((await post(url + GENERATE, CONTENTS, { 'x-goog-api-key': 'b' })).status).toBe(200)
  })

  test('is counted down in the headers of OpenAI', async () => {
    const { url } = await start({ ...presets.instant, quota: { requestsPerMinute: 2, tokensPerMinute: 10_000 } })
    const first = await chat(url)
    expect(first.headers.get('x-ratelimit-limit-requests')).toBe('2')
    expect(first.headers.get('x-ratelimit-remaining-requests')).toBe('1')
    expect(first.headers.get('x-ratelimit-reset-requests')).toMatch(/^(?:1m0s|59\.\d+s)$/)
    expect(Number(first.headers.get('x-ratelimit-remaining-tokens'))).toBeLessThan(10_000)
    await chat(url)
    const refused = await chat(url)
    expect(refused.status).toBe(429)
    expect(refused.headers.get('x-ratelimit-remaining-requests')).toBe('0')
    expect(Number(refused.headers.get('retry-after-ms'))).toBeGreaterThan(55_000)
    expect(await refused.json()).toMatchObject({ error: { code: 'rate_limit_exceeded', type: 'rate_limit_error' } })
  })

  test('for a day names the day, and none at all says limit: 0', async () => {
    const { url } = await start({
      ...presets.instant,
      quota: { requestsPerDay: 0 },
      endpoints: { daily: { quota: { requestsPerDay: 1 } } },
    })
    const none = (await (await post(url + GENERATE, CONTENTS)).json()) as { error: { message: string } }
    expect(none.error.message).toContain('limit: 0, model: gemini-3.5-flash')
    await post(`${url}/e/daily${GENERATE}`, CONTENTS)
    const daily = await (await post(`${url}/e/daily${GENERATE}`, CONTENTS)).text()
    expect(daily).toContain('GenerateRequestsPerDayPerProjectPerModel-FreeTier')
    expect(daily).toMatch(/Please retry in \d+h\d+m[\d.]+s\./)
  })
})

describe('faults on the wire', () => {
  test('a hang sends nothing, and ends when the client does', async () => {
    const { url, simulator } = await start({ replies: [{ fault: 'hang' }] })
    await expect(post(url + GENERATE, CONTENTS, {}, AbortSignal.timeout(80))).rejects.toThrow(/abort|timeout/i)
    expect(simulator.counters().total.outcomes).toEqual({ hang: 1 })
  })

  test('a stall after headers shows the status and nothing else', async () => {
    const { url } = await start({ ...presets.instant, replies: [{ fault: 'stallAfterHeaders' }] })
    const response = await post(url + GENERATE, CONTENTS, {}, AbortSignal.timeout(150))
    expect(response.status).toBe(200)
    await expect(response.text()).rejects.toThrow(/abort|timeout/i)
  })

  test('a connection reset is a network error', async () => {
    const { url } = await start({ replies: [{ fault: 'connectionReset' }] })
    await expect(chat(url)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } })
  })

  test('a page by a proxy comes as HTML', async () => {
    const { url } = await start({ replies: [{ fault: 'badGateway' }] })
    const response = await chat(url)
    expect(response.status).toBe(502)
    expect(response.headers.get('content-type')).toBe('text/html')
  })
})
