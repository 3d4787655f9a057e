import { fc, test } from '@fast-check/vitest'
import { VirtualClock } from '@spillway/core/testing'
import { describe, expect } from 'vitest'
import { incident } from '../__fixtures__/incident.ts'
import { HEALTH_DEFAULTS, HEALTH_LEVELS, monitor, statusFeed, type MonitorEvent, type StatusLevel } from '../index.ts'

const MINUTE = 60_000
/** Stretches of an afternoon: how long, which share is refused, and what the page says. */
const afternoons = fc.array(
  fc.record({
    minutes: fc.integer({ min: 1, max: 8 }),
    refuseRatio: fc.constantFrom(0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.9, 1),
    page: fc.constantFrom<StatusLevel>('operational', 'degraded', 'down', 'unknown'),
  }),
  { minLength: 1, maxLength: 8 },
)

describe('whatever an afternoon is like', () => {
  test.prop([afternoons, fc.nat(9)], { numRuns: 40 })(
    'levels follow one from the other and do not flap, alerts fire and are resolved in turn, and nothing goes wrong',
    async (stretches, quietMinutes) => {
      const clock = new VirtualClock()
      let fromMs = 0
      const phases = stretches.map(({ minutes, refuseRatio }) => {
        const phase = { fromMs, refuseRatio }
        fromMs += minutes * MINUTE
        return phase
      })
      const { calls, minutes } = incident(clock, phases)
      let page: StatusLevel = 'operational'
      const watch = monitor({
        pipelines: [calls],
        feeds: [statusFeed('page', async () => page)],
        clock,
        random: () => 0.5,
      })
      const events: MonitorEvent[] = []
      watch.events.subscribe((event) => events.push(event))
      for (const stretch of stretches) {
        page = stretch.page
        await minutes(stretch.minutes)
      }
      await clock.advance(quietMinutes * MINUTE)
      watch.dispose()

      expect(events.filter(({ type }) => type === 'diagnostic.reported')).toEqual([])
      let level = 'unknown'
      let worseAt = -Infinity
      const firing = new Set<string>()
      for (const event of events) {
        if (event.type === 'health.changed') {
          expect(event.from).toBe(level)
          const better = HEALTH_LEVELS.indexOf(event.to as never) < HEALTH_LEVELS.indexOf(event.from as never)
          if (better && event.to !== 'unknown')
            expect(event.at - worseAt).toBeGreaterThanOrEqual(HEALTH_DEFAULTS.holdMs)
          if (!better) worseAt = event.at
          level = event.to
        }
        if (event.type === 'alert.fired') {
          expect(firing.has(event.rule)).toBe(false)
          firing.add(event.rule)
        }
        if (event.type === 'alert.resolved') expect(firing.delete(event.rule)).toBe(true)
      }
      // A page alone makes nobody ill.
      if (stretches.every(({ refuseRatio }) => refuseRatio === 0)) expect(['healthy', 'unknown']).toContain(level)
    },
  )
})
