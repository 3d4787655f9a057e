import { fc, test as prop } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { CalendarQuota } from './calendar-quota.ts'
import { nextReset } from './calendar-reset.ts'

const HOUR = 3_600_000
const reset = nextReset({ hour: 0, timeZone: 'UTC' })
const DAY = Date.UTC(2026, 4, 1)

describe('a quota per calendar day', () => {
  test('is whole again when the day begins, not a day after the spending', () => {
    const quota = new CalendarQuota(2, reset)
    quota.spend(DAY + 23 * HOUR, 2)
    expect(quota.readyInMs(DAY + 23 * HOUR, 1)).toBe(HOUR)
    expect(quota.readyInMs(DAY + 24 * HOUR, 2)).toBe(0)
  })

  test('owes the next days what was spent beyond it', () => {
    const quota = new CalendarQuota(10, reset)
    quota.spend(DAY, 35)
    expect(quota.readyInMs(DAY, 1)).toBe(72 * HOUR)
    expect([quota.used(DAY + 24 * HOUR), quota.used(DAY + 72 * HOUR)]).toEqual([25, 5])
    expect(quota.readyInMs(DAY + 72 * HOUR, 5)).toBe(0)
  })

  test('days in which nobody looks count as well', () => {
    const quota = new CalendarQuota(10, reset)
    quota.spend(DAY, 35)
    expect(quota.used(DAY + 50 * HOUR)).toBe(15)
  })

  test('a part that is given back leaves the rest spent', () => {
    const quota = new CalendarQuota(5, reset)
    quota.spend(DAY, 3)
    quota.giveBack(DAY, 1)
    expect(quota.used(DAY)).toBe(2)
  })

  test('what is given back can be spent again the same day, and not the day after', () => {
    const quota = new CalendarQuota(1, reset)
    quota.spend(DAY, 1)
    quota.giveBack(DAY, 1)
    expect(quota.readyInMs(DAY + HOUR, 1)).toBe(0)
    quota.spend(DAY + 23 * HOUR, 1)
    quota.spend(DAY + 25 * HOUR, 1)
    quota.giveBack(DAY + 23 * HOUR, 1)
    expect(quota.used(DAY + 25 * HOUR)).toBe(1)
  })

  test('a clock that is set back brings no permits, and one that was years ahead does not hold calls back for years', () => {
    const quota = new CalendarQuota(1, reset)
    quota.spend(DAY + 24 * HOUR, 1)
    expect(quota.readyInMs(DAY + 24 * HOUR - 60_000, 1)).toBe(24 * HOUR + 60_000)
    quota.spend(DAY + 20_000 * HOUR, 1)
    expect(quota.readyInMs(DAY, 1)).toBe(24 * HOUR)
  })

  prop.prop([
    fc.array(fc.record({ afterMs: fc.nat(20 * HOUR), cost: fc.integer({ min: 1, max: 5 }) }), { maxLength: 40 }),
    fc.integer({ min: 5, max: 9 }),
  ])('never more than its permits in any day', (steps, permits) => {
    const quota = new CalendarQuota(permits, reset)
    const days = new Map<number, number>()
    let now = DAY
    for (const { afterMs, cost } of steps) {
      now += afterMs
      now += quota.readyInMs(now, cost)
      quota.spend(now, cost)
      const day = Math.floor(now / (24 * HOUR))
      days.set(day, (days.get(day) ?? 0) + cost)
    }
    for (const spent of days.values()) expect(spent).toBeLessThanOrEqual(permits)
  })
})
