import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { InvalidOptionsError } from '../../kernel/invalid-options-error.ts'
import { fixedLimit } from './fixed-limit.ts'
import { gradientLimit } from './gradient-limit.ts'
import type { Limit } from './limit.ts'

const answers = (limit: Limit, count: number, latencyMs: (n: number) => number): void => {
  for (let n = 0; n < count; n++)
    limit.sample({ kind: 'sample', latencyMs: latencyMs(n), inFlight: limit.current, served: 0, sentAt: 0, now: n })
}

// trap: measuring-costs-nothing
test('it grows while answers come as fast as undisturbed ones', () => {
  const limit = gradientLimit()
  answers(limit, 12, () => 30_000)
  expect(limit.current).toBeGreaterThan(12)
  answers(limit, 1000, () => 30_000)
  expect(limit.current).toBe(64)
})

test('it falls when answers take three times as long, and recovers when they do not', () => {
  const limit = gradientLimit({ initial: 40 })
  answers(limit, 40, () => 30_000)
  const high = limit.current
  answers(limit, 40, () => 90_000)
  expect(limit.current).toBeLessThan(high * 0.7)
  answers(limit, 200, () => 30_000)
  expect(limit.current).toBeGreaterThanOrEqual(high * 0.8)
})

test('a single slow answer changes nothing', () => {
  const limit = gradientLimit({ initial: 20 })
  answers(limit, 30, () => 30_000)
  const before = limit.current
  answers(limit, 1, () => 300_000)
  expect(limit.current).toBeGreaterThanOrEqual(before)
})

test('a slow drift of the service time is followed, not punished', () => {
  const limit = gradientLimit({ initial: 20 })
  answers(limit, 2000, (n) => 10_000 + n * 10)
  expect(limit.current).toBe(64)
})

test('a refusal lowers it, once for all that were sent before', () => {
  const limit = gradientLimit({ initial: 20 })
  const drop = { kind: 'drop', latencyMs: 5, inFlight: 20, served: 0 } as const
  limit.sample({ ...drop, sentAt: 0, now: 10_000 })
  limit.sample({ ...drop, sentAt: 5000, now: 12_000 })
  limit.sample({ ...drop, sentAt: 10_100, now: 10_200 })
  expect(limit.current).toBe(18)
  limit.sample({ ...drop, sentAt: 12_000, now: 12_000 })
  expect(limit.current).toBe(16)
})

property.prop([
  fc.array(
    fc.record({
      kind: fc.constantFrom('sample' as const, 'drop' as const),
      latencyMs: fc.oneof(fc.integer({ min: 0, max: 600_000 }), fc.constant(Number.NaN)),
      inFlight: fc.integer({ min: 1, max: 100 }),
    }),
    { maxLength: 300 },
  ),
])('whatever comes, it stays within its bounds', (samples) => {
  const limit = gradientLimit({ initial: 10, min: 3, max: 40 })
  for (const [n, sample] of samples.entries()) {
    limit.sample({ ...sample, served: 0, sentAt: n * 2000, now: n * 2000 })
    expect(limit.current).toBeGreaterThanOrEqual(3)
    expect(limit.current).toBeLessThanOrEqual(40)
  }
})

test.each([
  [() => gradientLimit({ toleranceRatio: 0.9 }), 'gradientLimit.toleranceRatio'],
  [() => gradientLimit({ min: 65 }), 'gradientLimit.max must be at least min'],
  [() => gradientLimit({ tolerance: 2 } as never), 'gradientLimit.tolerance'],
  [() => fixedLimit(0), 'fixedLimit.current must be an integer of at least 1, got 0.'],
])('%s is refused', (make, message) => {
  expect(make).toThrow(InvalidOptionsError)
  expect(make).toThrow(message)
})
