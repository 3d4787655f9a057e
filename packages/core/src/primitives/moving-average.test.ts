import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { MovingAverage } from './moving-average.ts'

describe('MovingAverage', () => {
  test('is 0 and unknown before the first sample, and the first sample after it', () => {
    const average = new MovingAverage(0.3)
    expect([average.known, average.at(5)]).toEqual([false, 0])
    average.add(20, 5)
    expect([average.known, average.at(99)]).toEqual([true, 20])
  })

  test('the newest sample counts by its weight', () => {
    const average = new MovingAverage(0.25)
    average.add(100, 0)
    average.add(0, 0)
    expect(average.at(0)).toBe(75)
  })

  test('halves with each half-life that nobody confirms it', () => {
    const average = new MovingAverage(0.5, 1000)
    average.add(1, 0)
    expect([average.at(0), average.at(1000), average.at(3000)]).toEqual([1, 0.5, 0.125])
  })

  test.prop([
    fc.array(fc.record({ sample: fc.double({ min: 0, max: 1, noNaN: true }), afterMs: fc.nat(10_000) })),
    fc.double({ min: 0.01, max: 1, noNaN: true }),
  ])('stays between 0 and the largest sample', (samples, weightRatio) => {
    const average = new MovingAverage(weightRatio, 5000)
    let now = 0
    let largest = 0
    for (const { sample, afterMs } of samples) {
      now += afterMs
      largest = Math.max(largest, sample)
      average.add(sample, now)
      expect(average.at(now)).toBeGreaterThanOrEqual(0)
      expect(average.at(now)).toBeLessThanOrEqual(largest + 1e-12)
    }
  })
})
