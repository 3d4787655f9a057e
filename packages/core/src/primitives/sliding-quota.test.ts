import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { SlidingQuota } from './sliding-quota.ts'

describe('SlidingQuota', () => {
  test('lets the permits go at once and the next one when the first comes back', () => {
    const quota = new SlidingQuota(2, 1000)
    quota.spend(0, 1)
    quota.spend(300, 1)
    expect(quota.readyInMs(400, 1)).toBe(600)
    expect([quota.used(999), quota.used(1000)]).toEqual([2, 1])
    expect(quota.readyInMs(1000, 1)).toBe(0)
    expect(quota.readyInMs(1000, 2)).toBe(300)
  })

  test('asking changes nothing', () => {
    const quota = new SlidingQuota(1, 1000)
    quota.spend(0, 1)
    const asked = Array.from({ length: 5 }, () => quota.readyInMs(10, 1))
    expect(new Set(asked)).toEqual(new Set([990]))
    expect(quota.used(10)).toBe(1)
  })

  test('what costs more than the whole quota goes when nothing is spent, and is paid off period by period', () => {
    const quota = new SlidingQuota(10, 1000)
    quota.spend(0, 1)
    expect(quota.readyInMs(0, 50)).toBe(1000)
    expect(quota.readyInMs(1000, 50)).toBe(0)
    quota.spend(1000, 50)
    expect(quota.used(1500)).toBe(50)
    expect(quota.readyInMs(1500, 1)).toBe(4500)
    expect([quota.used(2000), quota.used(5000), quota.used(5999), quota.used(6000)]).toEqual([40, 10, 10, 0])
  })

  test('what is given back lessens the debt first', () => {
    const quota = new SlidingQuota(10, 1000)
    quota.spend(0, 25)
    quota.giveBack(0, 15)
    expect([quota.used(0), quota.readyInMs(0, 1)]).toEqual([10, 1000])
    quota.giveBack(0, 4)
    expect(quota.readyInMs(0, 4)).toBe(0)
  })

  test('spendings within a step share an entry, and leave no earlier than each alone', () => {
    const quota = new SlidingQuota(3, 1000, 100)
    for (const at of [10, 20, 95]) quota.spend(at, 1)
    expect(quota.oldestAt(100)).toBe(100)
    expect(quota.readyInMs(100, 1)).toBe(1000)
    quota.giveBack(20, 1)
    expect(quota.readyInMs(100, 1)).toBe(0)
    expect([quota.used(1099), quota.used(1100)]).toEqual([2, 0])
  })

  test.prop([
    fc.array(fc.record({ afterMs: fc.nat(2500), cost: fc.double({ min: 0.1, max: 60, noNaN: true }) }), {
      maxLength: 60,
    }),
    fc.integer({ min: 1, max: 12 }),
  ])(
    'whatever was spent too much is paid: in the long run never more than the permits of a period',
    (steps, permits) => {
      const quota = new SlidingQuota(permits, 1000)
      let now = 0
      let total = 0
      let last = 0
      for (const { afterMs, cost } of steps) {
        now += afterMs
        now += quota.readyInMs(now, 0.001)
        expect(quota.readyInMs(now, 0.001)).toBeLessThan(1e-3)
        // All but the last spending, which nobody could know, came out of the periods that have begun.
        expect(total - last).toBeLessThanOrEqual(permits * (Math.floor(now / 1000) + 1) + 1e-6)
        quota.spend(now, cost)
        total += cost
        last = cost
      }
    },
  )

  test('what is given back can be spent again at once', () => {
    const quota = new SlidingQuota(3, 1000)
    quota.spend(0, 1)
    quota.spend(0, 2)
    quota.giveBack(0, 2)
    expect(quota.readyInMs(0, 2)).toBe(0)
    quota.giveBack(5, 2)
    expect(quota.used(5)).toBe(1)
  })

  test('giving back what has left the period already changes nothing', () => {
    const quota = new SlidingQuota(3, 1000)
    quota.spend(0, 2)
    quota.spend(1500, 1)
    expect(quota.used(1600)).toBe(1)
    quota.giveBack(0, 2)
    expect(quota.used(1600)).toBe(1)
  })

  const arrivals = fc.array(
    fc.record({ afterMs: fc.double({ min: 0, max: 700, noNaN: true }), cost: fc.integer({ min: 1, max: 4 }) }),
    { maxLength: 200 },
  )

  test.prop([arrivals, fc.integer({ min: 4, max: 12 }), fc.constantFrom(1000, 333.3, 0.1)])(
    'never more than its permits in any window of its period, and never later than needed',
    (steps, permits, periodMs) => {
      const quota = new SlidingQuota(permits, periodMs)
      const spent: { at: number; cost: number }[] = []
      const inWindow = (from: number, to: number): number =>
        spent.reduce((sum, { at, cost }) => sum + (at > from && at <= to ? cost : 0), 0)
      let now = 0
      for (const { afterMs, cost } of steps) {
        now += afterMs
        for (let ms = quota.readyInMs(now, cost); ms > 0; ms = quota.readyInMs(now, cost)) {
          // Half way through the wait it would be one too many.
          const earlier = now + ms / 2
          if (earlier > now && earlier < now + ms)
            expect(inWindow(earlier - periodMs, earlier) + cost).toBeGreaterThan(permits)
          now += ms
        }
        quota.spend(now, cost)
        spent.push({ at: now, cost })
        // The window that ends here, its beginning left out: [now - period, now) would be the one before.
        const window = spent.reduce((sum, each) => sum + (each.at + periodMs > now ? each.cost : 0), 0)
        expect(window).toBeLessThanOrEqual(permits)
      }
    },
  )
})
