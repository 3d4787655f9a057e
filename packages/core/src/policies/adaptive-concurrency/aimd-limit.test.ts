import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { InvalidOptionsError } from '../../kernel/invalid-options-error.ts'
import { aimdLimit } from './aimd-limit.ts'
import type { Limit, LimitSample } from './limit.ts'

const feed = (limit: Limit, sample: Partial<LimitSample> & Pick<LimitSample, 'kind' | 'now'>): void =>
  limit.sample({ latencyMs: 30_000, inFlight: limit.current, served: 0, sentAt: sample.now, ...sample })

/** One round: as many answers as there are places, all in use. */
const round = (limit: Limit, now: number): void => {
  for (let left = limit.current; left > 0; left--) feed(limit, { kind: 'sample', now })
}

describe('refusals', () => {
  test('lower it by a tenth, at most once a second', () => {
    const limit = aimdLimit({ initial: 20 })
    feed(limit, { kind: 'drop', now: 0 })
    expect(limit.current).toBe(18)
    for (let now = 100; now < 1000; now += 100) feed(limit, { kind: 'drop', now })
    expect(limit.current).toBe(18)
    feed(limit, { kind: 'drop', now: 1000 })
    expect(limit.current).toBe(16)
  })

  test('that were sent under the former limit say nothing about this one', () => {
    const limit = aimdLimit({ initial: 20 })
    feed(limit, { kind: 'drop', now: 60_000, sentAt: 0 })
    for (let now = 62_000; now < 90_000; now += 2000) feed(limit, { kind: 'drop', now, sentAt: now - 60_000 })
    expect(limit.current).toBe(18)
    feed(limit, { kind: 'drop', now: 120_000, sentAt: 60_000 })
    expect(limit.current).toBe(16)
  })

  test('alone bring it to its minimum and no further, quick or slow ones', () => {
    for (const tookMs of [0, 60_000]) {
      const limit = aimdLimit({ initial: 64 })
      for (let now = 100_000; now < 10_000_000; now += 2000) feed(limit, { kind: 'drop', now, sentAt: now - tookMs })
      expect(limit.current).toBe(4)
    }
  })

  test('leave room for what the provider works on and a quarter more', () => {
    const limit = aimdLimit({ initial: 20 })
    for (let now = 0; now < 100_000; now += 1000) feed(limit, { kind: 'drop', now, served: 8 })
    expect(limit.current).toBe(12)
  })

  test('never raise it, whatever is served', () => {
    const limit = aimdLimit({ initial: 10 })
    feed(limit, { kind: 'drop', now: 0, served: 40 })
    expect(limit.current).toBe(10)
  })
})

describe('answers', () => {
  test('raise it by one in the first round without a refusal, by twice as much in each further one', () => {
    const limit = aimdLimit({ initial: 10 })
    const seen = [0, 1, 2, 3].map((n) => {
      round(limit, n * 30_000)
      return limit.current
    })
    expect(seen[0]).toBe(10)
    expect(seen[3]).toBeGreaterThan((seen[2] as number) + 2)
  })

  test('say nothing about a limit that nobody comes near', () => {
    const limit = aimdLimit({ initial: 20 })
    for (let now = 0; now < 1_000_000; now += 1000) feed(limit, { kind: 'sample', now, inFlight: 9 })
    expect(limit.current).toBe(20)
  })

  // trap: quick-recovery
  test('reach four fifths of the capacity within eight rounds, however low it was', () => {
    const limit = aimdLimit({ initial: 4 })
    for (let n = 0; n < 8; n++) round(limit, n * 100_000)
    expect(limit.current).toBeGreaterThanOrEqual(51)
  })

  test('that come slower and slower do not lower it', () => {
    const limit = aimdLimit({ initial: 10 })
    for (let n = 0; n < 200; n++) feed(limit, { kind: 'sample', now: n * 1000, latencyMs: 30_000 + n * 1000 })
    expect(limit.current).toBeGreaterThanOrEqual(10)
  })
})

test('what the provider works on makes room before it is answered', () => {
  const limit = aimdLimit({ initial: 4 })
  expect([0, 4, 7, 10, 40, 1000].map((served) => limit.allows?.(served))).toEqual([4, 7, 10, 14, 52, 64])
})

// trap: limits-follow-the-provider
property.prop([
  fc.array(
    fc.record({
      kind: fc.constantFrom('sample' as const, 'drop' as const),
      gap: fc.integer({ min: 0, max: 120_000 }),
      tookMs: fc.integer({ min: 0, max: 120_000 }),
      inFlight: fc.integer({ min: 1, max: 100 }),
      served: fc.integer({ min: 0, max: 100 }),
    }),
    { maxLength: 300 },
  ),
])('whatever comes, it stays within its bounds, and only refusals lower it', (samples) => {
  const limit = aimdLimit({ initial: 10, min: 3, max: 40 })
  let now = 0
  for (const { kind, gap, tookMs, inFlight, served } of samples) {
    const before = limit.current
    now += gap
    limit.sample({ kind, latencyMs: tookMs, inFlight, served, sentAt: now - tookMs, now })
    expect(limit.current).toBeGreaterThanOrEqual(3)
    expect(limit.current).toBeLessThanOrEqual(40)
    if (kind === 'sample') expect(limit.current).toBeGreaterThanOrEqual(before)
    else expect(limit.current).toBeLessThanOrEqual(before)
    expect(limit.allows?.(served)).toBeLessThanOrEqual(40)
    expect(limit.allows?.(served)).toBeGreaterThanOrEqual(limit.current)
  }
})

test.each([
  [{ min: 0 }, 'aimdLimit.min must be an integer of at least 1, got 0.'],
  [{ min: 5, max: 4 }, 'aimdLimit.max must be at least min, which is 5, got 4.'],
  [{ initial: 3 }, 'aimdLimit.initial must be an integer from 4 to 64, got 3.'],
  [{ initial: Number.NaN }, 'aimdLimit.initial'],
  [{ max: Infinity }, 'aimdLimit.max'],
  [{ backoffRatio: 1 }, 'aimdLimit.backoffRatio'],
  [{ backoffRatio: 0 }, 'aimdLimit.backoffRatio'],
  [{ cooldownMs: -1 }, 'aimdLimit.cooldownMs'],
  [{ initialLimit: 3 }, 'aimdLimit.initialLimit'],
])('%o is refused', (options, message) => {
  expect(() => aimdLimit(options as never)).toThrow(InvalidOptionsError)
  expect(() => aimdLimit(options as never)).toThrow(message)
})
