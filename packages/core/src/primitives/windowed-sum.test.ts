import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { WindowedSum } from './windowed-sum.ts'

test('what was added counts for a window, less a tenth at most, and then no more', () => {
  const sum = new WindowedSum(1000)
  sum.add(3, 50)
  sum.add(4, 850)
  expect([sum.total(850), sum.total(999), sum.total(1000), sum.total(1799), sum.total(1800)]).toEqual([7, 7, 4, 4, 0])
})

test('a clock that goes back, as another pipeline may have, adds to the present', () => {
  const sum = new WindowedSum(1000)
  sum.add(1, 5000)
  sum.add(1, 10)
  expect([sum.total(10), sum.total(5899), sum.total(6000)]).toEqual([2, 2, 0])
})

property.prop([
  fc.array(fc.tuple(fc.nat({ max: 5000 }), fc.nat({ max: 100 })), { maxLength: 200 }),
  fc.integer({ min: 1, max: 10_000 }),
])('never more than was added in the window, never less than in nine tenths of it', (steps, windowMs) => {
  const sum = new WindowedSum(windowMs)
  const added: [number, number][] = []
  let now = 0
  for (const [waitMs, value] of steps) {
    now += waitMs
    sum.add(value, now)
    added.push([now, value])
    const since = (ms: number): number => added.reduce((total, [at, each]) => (at > now - ms ? total + each : total), 0)
    expect(sum.total(now)).toBeLessThanOrEqual(since(windowMs) + 1e-9)
    expect(sum.total(now)).toBeGreaterThanOrEqual(since(windowMs * 0.9) - 1e-9)
  }
})
