import { describe, expect, test } from 'vitest'
import { image, setUp } from '../__fixtures__/upstream.ts'
import { createVirtualClock } from '../clock.ts'
import { createRandom } from '../random.ts'
import { resolveEndpoint } from '../scenario/resolve.ts'
import type { EndpointScenario } from '../scenario/scenario.ts'
import { createUpstream } from './upstream.ts'

describe('other tenants', () => {
  test('leave a short night wait and make a long afternoon', () => {
    const waitAt = (startsAtUtcMs: number): { median: number; refused: number } => {
      const clock = createVirtualClock()
      const settings = resolveEndpoint('test', { tenants: {}, capacity: 64 }, startsAtUtcMs)
      const upstream = createUpstream(settings, clock, createRandom(3))
      const times: number[] = []
      let refused = 0
      for (let n = 0; n < 300; n++) {
        const at = clock.now()
        upstream.offer(image(), (event) => {
          if (event.type === 'completed') times.push(clock.now() - at)
          if (event.type === 'refused') refused += 1
        })
        clock.advance(10_000)
      }
      clock.advance(300_000)
      upstream.close()
      return { median: times.toSorted((a, b) => a - b)[times.length >> 1]!, refused }
    }
    const night = waitAt(Date.UTC(2026, 2, 2, 2))
    expect(night.refused).toBe(0)
    expect(night.median).toBeLessThan(35_000)
    const afternoon = waitAt(Date.UTC(2026, 2, 2, 14))
    expect(afternoon.refused).toBeGreaterThan(15)
    expect(afternoon.median).toBeGreaterThan(60_000)
    expect(afternoon.median).toBeLessThan(110_000)
  })

  test('may be given by the hour', () => {
    const byHour = Array.from({ length: 24 }, (_, hour) => (hour === 13 ? 1.2 : 0))
    const { clock, upstream } = setUp({ capacity: 100, tenants: { byHour, warmUpMs: 0 } })
    const arrivedIn = (hours: number): number => {
      const before = upstream.counters.tenantRequests
      clock.advance(hours * 3_600_000)
      upstream.settle()
      return upstream.counters.tenantRequests - before
    }
    expect(arrivedIn(1)).toBe(0)
    // 1.2 × 100 slots / 30 s = 4 a second.
    const afternoon = arrivedIn(1)
    expect(afternoon).toBeGreaterThan(13_900)
    expect(afternoon).toBeLessThan(14_900)
    expect(arrivedIn(20)).toBe(0)
  })

  test('arrive as often as their load says, and more under a multiplier', () => {
    const arrivals = (phases: EndpointScenario['phases'] = []): number => {
      const { clock, upstream } = setUp({ capacity: 100, tenants: { peakRatio: 0.6, warmUpMs: 0 }, phases })
      clock.advance(3_600_000)
      upstream.settle()
      return upstream.counters.tenantRequests
    }
    // 0.6 × 100 slots / 30 s = 2 a second.
    expect(arrivals()).toBeGreaterThan(6_900)
    expect(arrivals()).toBeLessThan(7_500)
    const tripled = arrivals([{ kind: 'load', multiplier: 3, atMs: 0, durationMs: 1_800_000 }])
    expect(tripled).toBeGreaterThan(13_900)
    expect(tripled).toBeLessThan(14_900)
  })

  test('are the same whoever asks in between, and however late the timers run', () => {
    const run = (stepMs: number): unknown => {
      const { clock, upstream } = setUp({ capacity: 20, tenants: {} })
      // A clock that jumps: timers fire late, and several events are due at once.
      for (let at = 0; at < 600_000; at += stepMs) {
        clock.advance(stepMs)
        upstream.settle()
      }
      return { ...upstream.counters.read(), state: upstream.state() }
    }
    expect(run(100_000)).toEqual(run(1_000))
  })
})
