import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import type { OfferedRequest } from './offer.ts'
import { createQuota } from './quota.ts'

const NOON = Date.UTC(2026, 2, 2, 12)
const request = (tokens = 10, key = 'k'): OfferedRequest => ({
  kind: 'image',
  model: 'm',
  key,
  promptHash: 'p',
  images: 1,
  inputTokens: tokens,
  outputTokens: 0,
})

describe('quota', () => {
  test('the minute slides: the wait ends when the oldest request leaves it', () => {
    const quota = createQuota(NOON)
    const limits = { requestsPerMinute: 2 }
    expect(quota.take(request(), limits, 0)).toBeUndefined()
    expect(quota.take(request(), limits, 10_000)).toBeUndefined()
    const hit = quota.take(request(), limits, 20_000)
    expect(hit).toEqual({ limit: 'requestsPerMinute', value: 2, retryAfterMs: 40_000 })
    expect(quota.take(request(), limits, 60_000)).toBeUndefined()
  })

  test('a refused request takes nothing', () => {
    const quota = createQuota(NOON)
    const limits = { requestsPerMinute: 1 }
    quota.take(request(), limits, 0)
    for (let at = 1_000; at < 60_000; at += 1_000) expect(quota.take(request(), limits, at)).toBeDefined()
    expect(quota.take(request(), limits, 60_000)).toBeUndefined()
  })

  test('tokens are counted in the same minute', () => {
    const quota = createQuota(NOON)
    const limits = { tokensPerMinute: 100 }
    quota.take(request(60), limits, 0)
    quota.take(request(30), limits, 5_000)
    expect(quota.take(request(50), limits, 10_000)).toMatchObject({ limit: 'tokensPerMinute', retryAfterMs: 50_000 })
    expect(quota.take(request(10), limits, 10_000)).toBeUndefined()
  })

  test('the day ends at midnight Pacific time', () => {
    const quota = createQuota(NOON)
    const limits = { imagesPerDay: 1 }
    quota.take(request(), limits, 0)
    const untilReset = 20 * 3_600_000
    expect(quota.take(request(), limits, 0)).toMatchObject({ limit: 'imagesPerDay', retryAfterMs: untilReset })
    expect(quota.take(request(), limits, untilReset)).toBeUndefined()
  })

  test('keys have quotas of their own, unless they are one project', () => {
    for (const [scope, second] of [
      ['key', undefined],
      ['project', { limit: 'requestsPerMinute' }],
    ] as const) {
      const quota = createQuota(NOON)
      const limits = { requestsPerMinute: 1, scope }
      quota.take(request(1, 'a'), limits, 0)
      const hit = quota.take(request(1, 'b'), limits, 0)
      if (second === undefined) expect(hit).toBeUndefined()
      else expect(hit).toMatchObject(second)
    }
  })

  test('what is left is told as the headers need it', () => {
    const quota = createQuota(NOON)
    const limits = { requestsPerMinute: 10 }
    quota.take(request(), limits, 0)
    expect(quota.levels('k', limits, 15_000)).toEqual({ requests: { limit: 10, remaining: 9, resetMs: 45_000 } })
  })

  property.prop([fc.integer({ min: 1, max: 8 }), fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 60 })])(
    'no minute ever holds more than the limit, and waiting as told always helps',
    (limit, gaps) => {
      const quota = createQuota(NOON)
      const limits = { requestsPerMinute: limit }
      const admitted: number[] = []
      let at = 0
      for (const gap of gaps) {
        at += gap
        const hit = quota.take(request(), limits, at)
        if (hit !== undefined) {
          at += hit.retryAfterMs
          expect(quota.take(request(), limits, at)).toBeUndefined()
        }
        admitted.push(at)
        expect(admitted.filter((earlier) => earlier > at - 60_000).length).toBeLessThanOrEqual(limit)
      }
    },
  )
})
