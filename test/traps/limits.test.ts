import { fc, test as property } from '@fast-check/vitest'
import {
  adaptiveConcurrency,
  bulkhead,
  gradientLimit,
  pipeline,
  rateLimit,
  timeout,
  type Limit,
  type Verdict,
} from '@spillway/core'
import { scriptedOperation, seededRandom, VirtualClock } from '@spillway/core/testing'
import { describe, expect, test } from 'vitest'

const caught = (error: unknown): unknown => error

// trap: leavers-spend-nothing
test('a thousand callers that left the line of a quota have spent none of it', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([rateLimit({ quotas: [{ permits: 2, periodMs: 1000 }] })], { clock })
  await Promise.all([calls.execute(async () => 1), calls.execute(async () => 2)])
  const caller = new AbortController()
  const left = scriptedOperation([{ value: 1 }])
  const leavers = Array.from({ length: 1000 }, () => calls.execute(left, { signal: caller.signal }).catch(caught))
  caller.abort('gone')
  expect(clock.pending).toBe(0)
  await Promise.all(leavers)
  await clock.advance(1000)
  const next = scriptedOperation([{ value: 1 }])
  void calls.execute(next)
  void calls.execute(next)
  await clock.advance(0)
  expect([left.runs, next.runs]).toEqual([0, 2])
})

describe('a hint', () => {
  // trap: hint-is-spread
  test('that makes a hundred calls wait in line lets them go one after the other, not in one moment', async () => {
    const clock = new VirtualClock()
    const calls = pipeline([timeout({ totalMs: 180_000 }), rateLimit()], { clock, random: seededRandom(5) })
    const throttled = { error: () => ({ kind: 'throttled' as const, retryAfterMs: 10_000 }) }
    await calls.execute(() => Promise.reject(new Error('429')), { classifier: throttled }).catch(caught)
    const operation = scriptedOperation([{ value: 1 }])
    const all = Array.from({ length: 100 }, () => calls.execute(operation))
    await clock.run()
    await Promise.all(all)
    const starts = operation.started.map(({ at }) => at)
    expect(Math.min(...starts)).toBeGreaterThanOrEqual(10_000)
    for (const at of new Set(starts)) expect(starts.filter((each) => each === at).length).toBeLessThan(25)
  })
})

/** A limit that changes with every sample, as the test says. */
const jumpy = (sizes: readonly number[]): Limit => {
  let heard = 0
  return {
    get current() {
      return sizes[heard % sizes.length] as number
    },
    sample() {
      heard++
    },
  }
}

const arrival = fc.record({
  afterMs: fc.nat(400),
  takesMs: fc.nat(900),
  kind: fc.constantFrom('success', 'overloaded', 'throttled', 'transient'),
  abortAfterMs: fc.option(fc.nat(1500), { nil: undefined }),
  resizeTo: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined, freq: 2 }),
})

// trap: limits-never-lock
property.prop([
  fc.array(arrival, { minLength: 1, maxLength: 40 }),
  fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 }),
  fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
])(
  'a quota, a bulkhead that is resized and a limit that jumps, in any order and under aborts: all calls end, all serve again',
  async (arrivals, sizes, order) => {
    const clock = new VirtualClock()
    const places = bulkhead({ maxConcurrency: 3 })
    const limits = [
      rateLimit({ quotas: [{ permits: 3, periodMs: 500 }] }),
      places,
      adaptiveConcurrency({ limit: () => jumpy(sizes), paceMs: 0 }),
    ]
    const calls = pipeline([timeout({ totalMs: 600_000 }), ...order.map((i) => limits[i] as (typeof limits)[number])], {
      clock,
      classifier: { error: (error) => error as Verdict },
    })
    const ends: Promise<unknown>[] = []
    for (const { afterMs, takesMs, kind, abortAfterMs, resizeTo } of arrivals) {
      await clock.advance(afterMs)
      if (resizeTo !== undefined) places.resize(resizeTo)
      const caller = new AbortController()
      if (abortAfterMs !== undefined) clock.setTimer(abortAfterMs, () => caller.abort('gone'))
      const step = kind === 'success' ? { value: 1, afterMs: takesMs } : { error: { kind }, afterMs: takesMs }
      ends.push(calls.execute(scriptedOperation<unknown>([step]), { signal: caller.signal }).catch(caught))
    }
    await clock.run()
    expect(await Promise.all(ends)).toHaveLength(arrivals.length)
    expect([clock.pending, calls.state().inFlight]).toEqual([0, 0])
    const again = Array.from({ length: 10 }, () => calls.execute(async () => 'served'))
    await clock.run()
    expect(new Set(await Promise.all(again))).toEqual(new Set(['served']))
  },
)

// trap: measuring-costs-nothing
test('a limit that compares with undisturbed answers never falls to measure them', () => {
  const limit = gradientLimit()
  let highest = 0
  for (let now = 0; now < 20_000; now++) {
    limit.sample({ kind: 'sample', latencyMs: 20_000, inFlight: limit.current, served: 0, sentAt: 0, now })
    expect(limit.current).toBeGreaterThanOrEqual(highest)
    highest = limit.current
  }
})
