import { describe, expect, test } from 'vitest'
import { CHAT, CONTENTS, GENERATE, chat, post, start } from '../__fixtures__/wire.ts'
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
    const replies = [{ fault: 'none', serviceMs: 4_000, times: 2 }] as const
    const { url, simulator } = await start({ capacity: 1, queueLimit: 1, replies }, { timeScale: 20 })
    const status = async (): Promise<number> => (await post(url + GENERATE, CONTENTS)).status
    const patient = [status(), status()]
    await expect.poll(() => simulator.state()['default']).toMatchObject({ running: 1, waiting: 1 })
    expect(await status()).toBe(503)
    expect(await Promise.all(patient)).toEqual([200, 200])
    expect(await status()).toBe(200)
    expect(simulator.counters().total).toMatchObject({ requests: 4, refusedBy: { queue: 1 }, outcomes: { ok: 3 } })
  })
})

describe('an afternoon in scaled time', () => {
  test('every request has exactly one outcome, and the books agree with the clients', async () => {
    const { url, simulator } = await start(
      {
        ...presets.peakHours,
        capacity: 16,
        imageSizePx: 16,
        faults: [
          { fault: 'internal', ratio: 0.05 },
          { fault: 'reset', ratio: 0.05 },
          { fault: 'noImage', ratio: 0.05 },
          { fault: 'connectionReset', ratio: 0.05 },
        ],
      },
      { timeScale: 500 },
    )
    const seen: Record<string, number> = {}
    const call = async (n: number): Promise<void> => {
      const body = n % 2 === 0 ? { model: 'image', prompt: `p${n % 7}` } : { ...CHAT, stream: n % 3 === 0 }
      const path = n % 2 === 0 ? '/v1/images/generations' : '/v1/chat/completions'
      const outcome = await post(url + path, body).then(
        async (response) =>
          (await response.text().then(
            () => true,
            () => false,
          ))
            ? String(response.status)
            : 'broken',
        () => 'failed',
      )
      seen[outcome] = (seen[outcome] ?? 0) + 1
    }
    await Promise.all(
      Array.from({ length: 12 }, async (_, worker) => {
        for (let n = 0; n < 10; n++) await call(worker * 10 + n)
      }),
    )
    const { total } = simulator.counters()
    expect(total.requests).toBe(120)
    expect(Object.values(total.outcomes).reduce((sum, count) => sum + count, 0)).toBe(120)
    expect(total.outcomes['overloaded']).toBe(seen['503'])
    expect((total.outcomes['ok'] ?? 0) + (total.outcomes['noImage'] ?? 0)).toBe(seen['200'])
  }, 30_000)
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

describe('a stream', () => {
  test('ends with the marker of its protocol', async () => {
    const { url } = await start()
    const relay = await post(`${url}/v1/chat/completions`, { ...CHAT, stream: true })
    expect(relay.headers.get('content-type')).toContain('text/event-stream')
    expect(await relay.text()).toMatch(/"finish_reason":"stop"\}\]\}\n\ndata: \[DONE\]\n\n$/)
    const path = GENERATE.replace('generateContent', 'streamGenerateContent')
    expect(await (await post(`${url}${path}?alt=sse`, CONTENTS)).text()).toMatch(/"finishReason":"STOP".*\r\n\r\n$/)
  })

  test('of Gemini is one list when nobody asks for events', async () => {
    const { url } = await start()
    const path = GENERATE.replace('generateContent', 'streamGenerateContent')
    expect(await (await post(url + path, CONTENTS)).json()).toMatchObject([{ candidates: [{ finishReason: 'STOP' }] }])
  })

  test('takes its service time, and its first chunk comes long before its last', async () => {
    const replies = [{ fault: 'none', serviceMs: 4_000 }] as const
    const { url } = await start({ ...presets.instant, replies }, { timeScale: 10 })
    const begun = performance.now()
    const response = await post(`${url}/v1/chat/completions`, { ...CHAT, stream: true })
    const headersAt = performance.now() - begun
    await response.text()
    const endedAt = performance.now() - begun
    expect(endedAt).toBeGreaterThanOrEqual(395)
    expect(headersAt).toBeLessThan(endedAt * 0.8)
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
    const response = await post(url + GENERATE, CONTENTS, {}, AbortSignal.timeout(400))
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
