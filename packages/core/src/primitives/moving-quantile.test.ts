import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { MovingQuantile } from './moving-quantile.ts'

describe('MovingQuantile', () => {
  test('knows nothing before the first number', () => {
    expect(new MovingQuantile(4).quantile(0.5)).toBeUndefined()
  })

  // trap: idle-costs-nothing
  test('forgets the oldest number when a new one finds no room', () => {
    const quantile = new MovingQuantile(3)
    for (const value of [100, 1, 2, 3]) quantile.add(value)
    expect([quantile.count, quantile.quantile(0), quantile.quantile(0.5), quantile.quantile(1)]).toEqual([3, 1, 2, 3])
  })

  test.prop([
    fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 }),
    fc.integer({ min: 1, max: 20 }),
    fc.double({ min: 0, max: 1, noNaN: true }),
  ])('is one of the last numbers, with that share of them below it', (values, size, ratio) => {
    const quantile = new MovingQuantile(size)
    for (const value of values) quantile.add(value)
    const last = values.slice(-size)
    const answer = quantile.quantile(ratio) as number
    expect(last).toContain(answer)
    expect(last.filter((value) => value < answer).length).toBeLessThanOrEqual(ratio * last.length)
    expect(last.filter((value) => value <= answer).length).toBeGreaterThanOrEqual(Math.floor(ratio * last.length))
  })
})
