// What errors mean, whatever their bodies look like.
import { ApiError } from '@google/genai'
import { describe, expect, test } from 'vitest'
import {
  answers,
  ASK,
  CHAT_MODEL,
  connect,
  json,
  ofType,
  provide,
  QUICK,
  rejection,
  requests,
  serve,
} from './gemini-world.ts'

const HELLO = json(200, { candidates: [{ content: { parts: [{ text: 'Hello' }] }, finishReason: 'STOP' }] })
const exhausted = (message: string, ...details: object[]) => ({
  error: { code: 429, message, status: 'RESOURCE_EXHAUSTED', details },
})
const quota = (quotaId: string, quotaValue = '10') => ({
  '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
  violations: [{ quotaId, quotaValue }],
})
const PER_MINUTE = quota('GenerateRequestsPerMinutePerProjectPerModel-FreeTier')
const PER_DAY = quota('GenerateRequestsPerDayPerProjectPerModel-FreeTier')

describe('a quota', () => {
  // hard case: quota-until-reset
  test.for([
    ['of the day', json(429, exhausted('Quota exceeded.', PER_DAY)), 'quota_exhausted'],
    ['of zero', json(429, exhausted('Quota exceeded, limit: 0.')), 'endpoint_failed'],
    ['that was prepaid', json(402, exhausted('Your prepayment credits are depleted.')), 'quota_exhausted'],
  ] as const)('%s is not tried again: the next endpoint answers, and keeps answering', async ([, spent, kind]) => {
    const official = await answers(spent)
    const { url, seen } = await answers(HELLO)
    const relay = { name: 'relay', baseUrl: url, apiKey: 'relay-key' }
    const { ai, events } = connect(official.url, { endpoints: [{ name: 'official' }, relay] })
    for (let i = 0; i < 3; i++) expect((await ai.models.generateContent(ASK)).text).toBe('Hello')
    expect([official.seen.length, seen.length]).toEqual([1, 3])
    expect(ofType(events, 'retry.scheduled')).toEqual([])
    expect(ofType(events, 'attempt.completed')[0]).toMatchObject({ verdict: { kind } })
  })

  test('of the day comes back at midnight in California', async () => {
    const { url } = await answers(json(429, exhausted('Quota exceeded.', PER_DAY)))
    const { ai, events } = connect(url)
    await rejection(ai.models.generateContent(ASK))
    const [opened] = ofType(events, 'circuit.opened')
    const { openForMs } = opened as unknown as { openForMs: number }
    const at = new Date(Date.now() + openForMs + 1000).toLocaleTimeString('en-US', {
      timeZone: 'America/Los_Angeles',
      hour12: false,
      hour: '2-digit',
      minute: '2-digit',
    })
    expect(['24:00', '00:00']).toContain(at)
  })

  // hard case: keys-of-one-project
  test('of one project is spent for all of its keys', async () => {
    const { url, seen } = await answers(json(429, exhausted('Quota exceeded.', PER_DAY)))
    const endpoints = [
      { name: 'first', apiKey: 'key-1', project: 'p' },
      { name: 'second', apiKey: 'key-2', project: 'p' },
    ]
    const { ai } = connect(url, { endpoints })
    expect(await rejection(ai.models.generateContent(ASK))).toMatchObject({ name: 'ApiError', status: 429 })
    expect(seen.map(({ headers }) => headers['x-goog-api-key'])).toEqual(['key-1'])
  })

  test('of a key that is blocked is another matter: the second key is tried', async () => {
    const { url, seen } = await serve((response, hit) => {
      const [status, headers, body] =
        hit === 1 ? json(403, { error: { code: 403, message: 'leaked', status: 'PERMISSION_DENIED' } }) : HELLO
      response.writeHead(status, headers).end(body)
    })
    const endpoints = [
      { name: 'first', apiKey: 'key-1', project: 'p' },
      { name: 'second', apiKey: 'key-2', project: 'p' },
    ]
    expect((await connect(url, { endpoints }).ai.models.generateContent(ASK)).text).toBe('Hello')
    expect(seen.map(({ headers }) => headers['x-goog-api-key'])).toEqual(['key-1', 'key-2'])
  })
})

describe('an error', () => {
  const capacity = { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'MODEL_CAPACITY_EXHAUSTED' }

  // hard case: meanings-of-429
  test.for([
    ['too high a pace', json(429, exhausted('Quota exceeded.', PER_MINUTE)), 'throttled', 'project', 2],
    [
      'the capacity of all',
      json(429, exhausted('Resource has been exhausted (e.g. check quota).')),
      'overloaded',
      'model',
      2,
    ],
    ['the capacity of the model', json(429, exhausted('No capacity.', capacity)), 'overloaded', 'model', 2],
    ['a spent balance', json(429, exhausted('Your spending cap is reached.')), 'quota_exhausted', 'project', 1],
    ['a quota of the day', json(429, exhausted('Quota exceeded.', PER_DAY)), 'quota_exhausted', 'project', 1],
  ] as const)('429 that means %s', async ([, answer, kind, scope, hits]) => {
    const { url, seen } = await answers(answer, HELLO)
    const { ai, events } = connect(url)
    await ai.models.generateContent(ASK).catch(() => {})
    expect(seen).toHaveLength(hits)
    expect(ofType(events, 'attempt.completed')[0]).toMatchObject({ verdict: { kind, scope } })
  })

  test('of the model’s capacity sends the call to another model at once', async () => {
    const { url, seen } = await serve((response) => {
      const [status, headers, body] = seen.length === 1 ? json(429, exhausted('No capacity.', capacity)) : HELLO
      response.writeHead(status, headers).end(body)
    })
    const endpoints = [
      { name: 'large', model: 'large' },
      { name: 'small', model: 'small', models: { [CHAT_MODEL]: 'gemini-3.5-flash-lite' } },
    ]
    const { ai, events } = connect(url, { endpoints })
    expect((await ai.models.generateContent(ASK)).text).toBe('Hello')
    expect(seen.map((each) => each.url)).toEqual([
      `/v1/models/${CHAT_MODEL}:generateContent`,
      '/v1/models/gemini-3.5-flash-lite:generateContent',
    ])
    expect(ofType(events, 'retry.scheduled')).toEqual([])
  })

  // hard case: rare-statuses
  test.for([
    [408, {}, 'transient', 2],
    [409, {}, 'transient', 2],
    [498, {}, 'overloaded', 2],
    [499, {}, 'transient', 2],
    [529, {}, 'overloaded', 2],
    [402, { 'retry-after': '0.02' }, 'throttled', 2],
    [402, {}, 'quota_exhausted', 1],
    [413, {}, 'request_failed', 1],
  ] as const)('with status %i and headers %j is %s', async ([status, headers, kind, hits]) => {
    const [, type, body] = json(status, { error: { code: status, message: 'no' } })
    const { url, seen } = await answers([status, { ...type, ...headers }, body], HELLO)
    const { ai, events } = connect(url)
    await ai.models.generateContent(ASK).catch(() => {})
    expect(seen).toHaveLength(hits)
    expect(ofType(events, 'attempt.completed')[0]).toMatchObject({ verdict: { kind } })
  })

  // hard case: odd-error-bodies
  test.for([
    'textError',
    'arrayError',
    'emptyError',
    'brokenError',
    'badGateway',
    'stringError',
    'numericCode',
    'hugeError',
  ] as const)(
    'with the body of %s is tried again, and arrives as an ApiError with JSON in its message',
    async (fault) => {
      const { simulator, url } = await provide({ fault, times: 2 })
      const { ai } = connect(url, { retry: { ...QUICK, maxAttempts: 2 } })
      const error = await rejection(ai.models.generateContent(ASK))
      expect(requests(simulator)).toBe(2)
      expect(error).toBeInstanceOf(ApiError)
      const status = fault === 'badGateway' ? 502 : 503
      expect(error).toMatchObject({ name: 'ApiError', status })
      expect(JSON.parse(error.message)).toMatchObject({ error: { code: status } })
      expect(error.message.length).toBeLessThan(70_000)
    },
  )
})
