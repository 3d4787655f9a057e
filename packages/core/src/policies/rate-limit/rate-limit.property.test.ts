import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { createContextKey, pipeline, rateLimit, timeout } from '../../index.ts'
import { scriptedOperation, VirtualClock } from '../../testing.ts'

const cost = createContextKey('cost', 1)

interface Arrival {
  readonly afterMs: number
  readonly cost: number
  readonly priority: number
  readonly abortAfterMs: number
}

const arrival: fc.Arbitrary<Arrival> = fc.record({
  afterMs: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 900, noNaN: true })),
  cost: fc.integer({ min: 1, max: 5 }),
  priority: fc.nat(2),
  abortAfterMs: fc.oneof(fc.constant(Infinity), fc.nat(2000)),
})

describe('rateLimit, for any arrivals', () => {
  test.prop([
    fc.array(arrival, { maxLength: 50 }),
    fc.integer({ min: 5, max: 9 }),
    fc.constantFrom('fifo', 'priority', 'deadline'),
  ])(
    'never more than its permits in any window, every call ends, and nothing is left behind',
    async (arrivals, permits, order) => {
      const clock = new VirtualClock()
      const periodMs = 1000
      const limiter = rateLimit({ quotas: [{ permits, periodMs }], cost: (context) => context.get(cost), order })
      const calls = pipeline([timeout({ totalMs: 8000 }), limiter], { clock })
      const spent: { readonly at: number; readonly cost: number }[] = []
      const ends: Promise<unknown>[] = []
      const answer = scriptedOperation([
        { value: 'done', afterMs: 30 },
        { error: new Error('503'), afterMs: 5 },
      ])
      for (const each of arrivals) {
        await clock.advance(each.afterMs)
        const caller = new AbortController()
        clock.setTimer(each.abortAfterMs, () => caller.abort('gone'))
        const end = calls.execute(
          (context) => {
            spent.push({ at: clock.now(), cost: each.cost })
            return answer(context)
          },
          { values: [[cost, each.cost]], priority: each.priority, signal: caller.signal },
        )
        ends.push(end.catch((error: unknown) => error))
      }
      await clock.run()
      await Promise.all(ends)
      for (const { at } of spent) {
        const window = spent.filter((other) => other.at >= at && other.at < at + periodMs)
        expect(window.reduce((sum, other) => sum + other.cost, 0)).toBeLessThanOrEqual(permits)
      }
      const state = limiter.snapshot?.() as { partitions: Record<string, { waiting: number }> }
      expect(state.partitions['']?.waiting ?? 0).toBe(0)
      expect([clock.pending, calls.state().inFlight]).toEqual([0, 0])
    },
  )
})
