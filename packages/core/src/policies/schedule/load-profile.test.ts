import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { DEFAULT_LOAD_BANDS, LOAD_LEVELS, loadProfile, type LoadBand } from '../../index.ts'
import { bandAt } from './load-profile.ts'
import { planStart } from './plan-start.ts'

const HOUR = 3_600_000
const MIDNIGHT = Date.UTC(2026, 0, 1)

const bands = fc
  .uniqueArray(fc.record({ fromHour: fc.nat(23), level: fc.constantFrom(...LOAD_LEVELS) }), {
    selector: ({ fromHour }) => fromHour,
    minLength: 1,
  })
  .map((list): readonly LoadBand[] => list)

describe('loadProfile', () => {
  test('is the day of the field reports by default', () => {
    const profile = loadProfile()
    const levels = [0, 5, 6, 11, 12, 17, 18, 23].map((hour) => profile.levelAt(MIDNIGHT + hour * HOUR))
    expect(levels).toEqual(['low', 'low', 'medium', 'medium', 'peak', 'peak', 'high', 'high'])
    expect(profile.levelAt(MIDNIGHT - 1)).toBe('high')
    expect(DEFAULT_LOAD_BANDS).toHaveLength(4)
  })

  test('the last band reaches over midnight, and instants before 1970 count too', () => {
    const profile = loadProfile([
      { fromHour: 22, level: 'low' },
      { fromHour: 5, level: 'peak' },
    ])
    expect([1, 4, 5, 21, 22].map((hour) => profile.levelAt(hour * HOUR))).toEqual(['low', 'low', 'peak', 'peak', 'low'])
    expect(profile.levelAt(-HOUR)).toBe('low')
    expect(profile.levelAt(-5 * HOUR)).toBe('peak')
  })

  test.each([
    [[], 'loadProfile must be a list of at least one band, got an array of 0.'],
    ['low', "loadProfile must be a list of at least one band, got 'low'."],
    [[{ fromHour: 24, level: 'low' }], 'loadProfile[0].fromHour must be an integer from 0 to 23, got 24.'],
    [[{ fromHour: 0, level: 'busy' }], "loadProfile[0].level must be one of low, medium, high, peak, got 'busy'."],
    [[{ fromHour: 0, untilHour: 6 }], /^loadProfile\[0\]\.untilHour must be one of fromHour, level/],
    [
      [
        { fromHour: 3, level: 'low' },
        { fromHour: 3, level: 'peak' },
      ],
      'loadProfile[1].fromHour must be an hour at which no other band begins, got 3.',
    ],
  ])('refuses %o', (given, message) => {
    expect(() => loadProfile(given as never)).toThrow(message)
  })

  test.prop([bands, fc.integer({ min: -2e12, max: 4e12 })])(
    'a band has one level and ends where it changes',
    (given, at) => {
      const profile = loadProfile(given)
      const { level, begins, ends } = bandAt(profile, at)
      expect(begins).toBeLessThanOrEqual(at)
      expect(ends).toBeGreaterThan(at)
      expect(profile.levelAt(begins)).toBe(level)
      expect(profile.levelAt(ends - 1)).toBe(level)
      if (ends - begins < 24 * HOUR) expect(profile.levelAt(ends)).not.toBe(level)
    },
  )
})

describe('planStart', () => {
  const rankAt = (given: readonly LoadBand[], at: number): number => LOAD_LEVELS.indexOf(loadProfile(given).levelAt(at))

  test.prop([bands, fc.nat(3), fc.nat(48 * 60), fc.nat(30 * 60)])(
    'finds the first calm stretch in time, else a least busy one, and never one that begins too late',
    (given, calmRank, minute, latestMinutes) => {
      const now = MIDNIGHT + minute * 60_000
      const latestMs = latestMinutes * 60_000
      const plan = planStart(loadProfile(given), calmRank, now, latestMs)
      const reachable = Array.from({ length: 24 * 60 + 1 }, (_, i) => i * 60_000).filter((ms) => ms <= latestMs)
      const ranks = reachable.map((ms) => Math.max(calmRank, rankAt(given, now + ms)))
      const best = Math.min(...ranks)
      expect(plan.rank).toBe(best)
      expect(plan.inMs).toBe(reachable[ranks.indexOf(best)])
      expect(plan.inMs + plan.lengthMs).toBeLessThanOrEqual(latestMs)
      for (const part of [0, 0.5, 0.999])
        expect(Math.max(calmRank, rankAt(given, now + plan.inMs + part * plan.lengthMs))).toBeLessThanOrEqual(best)
    },
  )
})
