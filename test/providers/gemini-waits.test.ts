// How long the provider asks to wait, wherever it says so.
import { describe, expect, test } from 'vitest'
import { answers, ASK, connect, json, ofType, rejection } from './gemini-world.ts'

const HELLO = json(200, { candidates: [{ content: { parts: [{ text: 'Hello' }] }, finishReason: 'STOP' }] })
const BUSY = { error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } }
const exhausted = (message: string, ...details: object[]) => ({
  error: { code: 429, message, status: 'RESOURCE_EXHAUSTED', details },
})
const retryInfo = (retryDelay: string) => ({ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay })
const quota = (quotaId: string, quotaValue = '10') => ({
  '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
  violations: [{ quotaId, quotaValue }],
})
const PER_MINUTE = quota('GenerateRequestsPerMinutePerProjectPerModel-FreeTier')

/** The waits that were asked for, as `retry.scheduled` tells them, and whether they were kept. */
const waits = (events: Parameters<typeof ofType>[0]): (number | undefined)[] =>
  ofType(events, 'retry.scheduled').map((event) => {
    const { retryAfterMs, delayMs } = event as unknown as { retryAfterMs?: number; delayMs: number }
    expect(delayMs).toBeGreaterThanOrEqual(retryAfterMs ?? 0)
    return retryAfterMs
  })

describe('the wait', () => {
  // hard case: waits-in-headers
  test.for([
    ['retry-after-ms before retry-after', { 'retry-after-ms': '50', 'retry-after': '9' }, 50],
    ['of Azure', { 'x-ms-retry-after-ms': '40' }, 40],
    ['with a fraction', { 'retry-after': '0.05' }, 50],
    ['of a date that has passed', { 'retry-after': 'Mon, 02 Mar 2020 12:00:00 GMT' }, undefined],
    ['that is negative', { 'retry-after': '-5' }, undefined],
    ['that is no number', { 'retry-after': 'NaN' }, undefined],
  ] as const)('%s is read from headers', async ([, headers, expected]) => {
    const [status, type, body] = json(503, BUSY)
    const { url, seen } = await answers([status, { ...type, ...headers }, body], HELLO)
    const { ai, events } = connect(url)
    expect((await ai.models.generateContent(ASK)).text).toBe('Hello')
    expect(seen).toHaveLength(2)
    const [waited] = waits(events)
    if (expected === undefined) expect(waited ?? 0).toBe(0)
    else expect(waited).toBe(expected)
  })

  // hard case: waits-in-bodies
  test.for([
    ['RetryInfo with a fraction', exhausted('Quota exceeded.', PER_MINUTE, retryInfo('0.05s')), 50],
    ['RetryInfo in milliseconds', exhausted('Quota exceeded.', PER_MINUTE, retryInfo('60ms')), 60],
    ['words', exhausted('You exceeded your quota. Please retry in 0.07s.', PER_MINUTE), 70],
    ['words in milliseconds', exhausted('Please retry in 80ms.', PER_MINUTE), 80],
  ] as const)('is read from %s', async ([, body, expected]) => {
    const { url, seen } = await answers(json(429, body), HELLO)
    const { ai, events } = connect(url)
    expect((await ai.models.generateContent(ASK)).text).toBe('Hello')
    expect(seen).toHaveLength(2)
    expect(waits(events)).toEqual([expected])
    expect(ofType(events, 'retry.scheduled')).toMatchObject([{ verdict: 'throttled' }])
  })

  // hard case: waits-in-bodies
  test.for([
    ['RetryInfo', exhausted('Quota exceeded.', PER_MINUTE, retryInfo('400s')), 400_000],
    ['words with hours in them', exhausted('Please retry in 10h17m5.7s.', PER_MINUTE), 37_025_700],
  ] as const)('of %s is too long for the call: another endpoint answers at once', async ([, body, expected]) => {
    const slow = await answers(json(429, body))
    const { url, seen } = await answers(HELLO)
    const relay = { name: 'relay', baseUrl: url, apiKey: 'relay-key' }
    const { ai, events } = connect(slow.url, { endpoints: [{ name: 'official' }, relay] })
    const before = performance.now()
    expect((await ai.models.generateContent(ASK)).text).toBe('Hello')
    expect((await ai.models.generateContent(ASK)).text).toBe('Hello')
    expect(performance.now() - before).toBeLessThan(2000)
    expect([slow.seen.length, seen.length]).toEqual([1, 2])
    expect(ofType(events, 'attempt.completed')[0]).toMatchObject({ verdict: { retryAfterMs: expected } })
  })

  test('that is too long ends a call that has nowhere else to go, with the provider’s own error', async () => {
    const { url, seen } = await answers(json(429, exhausted('Quota exceeded.', PER_MINUTE, retryInfo('400s'))))
    const { ai } = connect(url)
    const error = await rejection(ai.models.generateContent(ASK))
    expect(error).toMatchObject({ name: 'ApiError', status: 429 })
    expect(seen).toHaveLength(1)
  })
})
