import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { DurationHistogram } from './duration-histogram.ts'
import { HoursOfDay } from './hours-of-day.ts'
import type { Observation } from './observation.ts'
import { SlidingTally } from './sliding-tally.ts'

const answered = (durationMs: number, contentMs?: number): Observation => ({
  kind: 'success',
  durationMs,
  ...(contentMs === undefined ? {} : { contentMs }),
})
const refused: Observation = { kind: 'overloaded', durationMs: 200 }

describe('quantiles', () => {
  test.prop([
    fc.array(fc.integer({ min: 1, max: 3_600_000 }), { minLength: 1, maxLength: 200 }),
    fc.double({ min: 0, max: 0.999, noNaN: true }),
  ])('are within 5 % of the exact ones', (values, ratio) => {
    const histogram = new DurationHistogram()
    for (const value of values) histogram.add(value)
    const exact = values.toSorted((a, b) => a - b)[Math.floor(ratio * values.length)] as number
    expect((histogram.quantile(ratio) as number) / exact).toBeGreaterThan(0.95)
    expect((histogram.quantile(ratio) as number) / exact).toBeLessThan(1.05)
  })

  test('of nothing are none, and of what cannot be are the ends', () => {
    const histogram = new DurationHistogram()
    expect(histogram.quantile(0.5)).toBeUndefined()
    for (const ms of [0, -1, Number.NaN]) histogram.add(ms)
    expect(histogram.quantile(0.5)).toBe(1)
    histogram.add(Infinity)
    expect(histogram.quantile(0.99)).toBeGreaterThan(3_600_000 * 0.95)
  })
})

describe('a window', () => {
  test('counts, measures, and forgets', () => {
    const window = new SlidingTally(60_000)
    for (let i = 0; i < 15; i++) window.add(answered(30_000, 400), i * 1000, Infinity)
    for (let i = 0; i < 5; i++) window.add(refused, 20_000, Infinity)
    expect(window.total(20_000).read()).toEqual({
      attempts: 20,
      successRatio: 0.75,
      overloadedRatio: 0.25,
      durationMs: { p50: expect.closeTo(30_000, -4), p95: expect.closeTo(30_000, -4) },
      contentMs: { p50: expect.closeTo(400, -2), p95: expect.closeTo(400, -2) },
    })
    expect(window.counted(70_000)).toEqual({ success: 0, overloaded: 5, failed: 0, unusable: 0, slow: 0 })
    expect(window.total(80_000).read()).toEqual({ attempts: 0 })
  })

  test('counts slow answers, and stands still while time goes back', () => {
    const window = new SlidingTally(60_000)
    window.add(answered(100_000), 50_000, 90_000)
    window.add(answered(80_000), 10_000, 90_000)
    expect(window.counted(50_000)).toMatchObject({ success: 2, slow: 1 })
  })
})

describe('hours of the day', () => {
  test('are told apart, fade by half in a week, and know the calmest', () => {
    const hours = new HoursOfDay()
    const at = (day: number, hour: number): number => Date.UTC(2026, 0, day, hour, 30)
    for (let i = 0; i < 40; i++) hours.add(answered(90_000), at(1, 14))
    for (let i = 0; i < 40; i++) hours.add(refused, at(1, 14))
    for (let i = 0; i < 20; i++) hours.add(answered(25_000), at(2, 3))
    for (let i = 0; i < 19; i++) hours.add(answered(1000), at(2, 4))
    expect(hours.calmestMs).toBeCloseTo(25_000, -4)
    hours.add(refused, at(8, 14))
    expect(hours.read()).toMatchObject([
      { hour: 3, attempts: 20, successRatio: 1 },
      { hour: 4, attempts: 19 },
      { hour: 14, attempts: expect.closeTo(41, 0), overloadedRatio: expect.closeTo(0.51, 1) },
    ])
  })
})
