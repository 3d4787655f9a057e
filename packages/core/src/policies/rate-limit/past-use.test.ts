import { fc, test as prop } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import {
  createContextKey,
  failover,
  memorySharedQuotaStore,
  pipeline,
  rateLimit,
  timeout,
  type PastUse,
  type Quota,
  type RateLimitOptions,
} from '../../index.ts'
import { scriptedOperation, VirtualClock } from '../../testing.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const NOON = Date.UTC(2026, 4, 1, 12)
const images = createContextKey('images', 1)

const setup = (options: RateLimitOptions, epoch = NOON) => {
  const clock = new VirtualClock(epoch)
  const limiter = rateLimit({ cost: (context) => ({ images: context.get(images) }), order: 'fifo', ...options })
  const calls = pipeline([timeout({ totalMs: 24 * 24 * HOUR }), limiter], { clock, check: false })
  return { clock, calls }
}
const times = (operation: { readonly started: readonly { readonly at: number }[] }): number[] =>
  operation.started.map(({ at }) => at)

describe('rateLimit, with what was used before', () => {
  test('counts it until its period is over', async () => {
    const { clock, calls } = setup({
      quotas: [{ unit: 'images', permits: 100, per: 'day' }],
      usedBefore: [
        { at: NOON - 25 * HOUR, used: { images: 30 } },
        { at: NOON - 2 * HOUR, used: { images: 30 } },
        { at: NOON - HOUR, used: { images: 30 } },
      ],
    })
    const operation = scriptedOperation([{ value: 1 }])
    for (let i = 0; i < 72; i++) void calls.execute(operation)
    await clock.advance(21 * HOUR)
    expect(operation.runs).toBe(40)
    await clock.advance(HOUR)
    expect(times(operation).slice(40)).toEqual(Array.from({ length: 30 }, () => 22 * HOUR))
    await clock.advance(HOUR)
    expect(times(operation).slice(70)).toEqual([23 * HOUR, 23 * HOUR])
  })

  test('knows the provider’s day: what was used before it began is forgotten', async () => {
    const quota: Quota = { permits: 10, per: 'day', resetAt: { hour: 0, timeZone: 'America/Los_Angeles' } }
    // The day there began at 07:00 UTC.
    const morning = Date.UTC(2026, 4, 1, 7)
    const { clock, calls } = setup({
      quotas: [quota],
      usedBefore: [
        { at: morning + HOUR, used: 8 },
        { at: morning - 1, used: 9 },
      ],
    })
    const operation = scriptedOperation([{ value: 1 }])
    for (let i = 0; i < 3; i++) void calls.execute(operation)
    await clock.advance(24 * HOUR)
    expect(times(operation)).toEqual([0, 0, 19 * HOUR])
  })

  test('is each partition’s own, and is known to who chooses among endpoints', async () => {
    const clock = new VirtualClock(NOON)
    const limiter = rateLimit({
      quotas: [{ permits: 2 }],
      usedBefore: [{ partition: 'official', at: NOON - 10_000, used: 2 }],
    })
    const endpoints = [{ name: 'official' }, { name: 'relay' }]
    const calls = pipeline([timeout({ totalMs: HOUR }), failover({ endpoints, order: 'ordered' }), limiter], {
      clock,
    })
    const asked: string[] = []
    for (let i = 0; i < 4; i++)
      void calls.execute(async ({ endpoint }) => void asked.push(`${i} ${endpoint?.name} at ${clock.now() / 1000}`))
    await clock.advance(MINUTE)
    expect(asked).toEqual(['0 relay at 0', '1 relay at 0', '2 official at 50', '3 official at 50'])
  })

  test('teaches: what an earlier process was admitted is a part of the limit that a refusal shows', async () => {
    const { clock, calls } = setup({ usedBefore: [{ at: NOON - 5000, used: 7 }] })
    await clock.advance(1000)
    const throttled = { error: () => ({ kind: 'throttled', retryAfterMs: 54_000 }) as const }
    await calls.execute(async () => 1)
    await calls.execute(() => Promise.reject(new Error('429')), { classifier: throttled }).catch(() => {})
    const [, { state } = { state: {} }] = calls.state().policies
    expect(state).toMatchObject({ partitions: { '': { learnedLimit: 8 } } })
  })

  test('that lies ahead, because the clock was set back, was used now', async () => {
    const { clock, calls } = setup({ quotas: [{ permits: 1 }], usedBefore: [{ at: NOON + 90 * HOUR, used: 1 }] })
    const operation = scriptedOperation([{ value: 1 }])
    void calls.execute(operation)
    await clock.advance(HOUR)
    expect(times(operation)).toEqual([MINUTE])
  })

  test.each([
    [{ usedBefore: {} }, 'rateLimit.usedBefore must be a list of past use, got a value of type object.'],
    [{ usedBefore: [7] }, 'rateLimit.usedBefore[0] must be an object, got 7.'],
    [{ usedBefore: [{ at: -1, used: 1 }] }, 'rateLimit.usedBefore[0].at must be a number of at least 0, got -1.'],
    [{ usedBefore: [{ at: Number.NaN, used: 1 }] }, 'rateLimit.usedBefore[0].at must be a number'],
    [{ usedBefore: [{ used: 1 }] }, 'rateLimit.usedBefore[0].at must be a number'],
    [{ usedBefore: [{ at: 0 }] }, 'rateLimit.usedBefore[0].used must be a number'],
    [{ usedBefore: [{ at: 0, used: { images: -3 } }] }, 'rateLimit.usedBefore[0].used.images must be a number'],
    [{ usedBefore: [{ at: 0, used: 1, partition: 3 }] }, 'rateLimit.usedBefore[0].partition must be a name, got 3.'],
    [
      { usedBefore: [{ at: 0, used: 1, unit: 'x' }] },
      'rateLimit.usedBefore[0].unit must be one of partition, at, used',
    ],
    [
      { usedBefore: [{ at: 0, used: 1 }], store: memorySharedQuotaStore() },
      'rateLimit.usedBefore must be left out beside a store, which remembers by itself, got an array of 1.',
    ],
  ])('refuses %o before any work', (options, message) => {
    expect(() => rateLimit(options as RateLimitOptions)).toThrow(message)
  })

  const quota: fc.Arbitrary<Quota> = fc.record({
    unit: fc.constantFrom('requests', 'images'),
    permits: fc.integer({ min: 4, max: 8 }),
    // Divided by each number of permits without a rest, so that a smooth pace has whole milliseconds.
    periodMs: fc.constantFrom(840, 8400, 84_000),
    pace: fc.constantFrom('bursty', 'smooth'),
  })
  const daily: fc.Arbitrary<Quota> = fc.record({
    unit: fc.constantFrom('requests', 'images'),
    permits: fc.integer({ min: 10, max: 40 }),
    per: fc.constant('day'),
    resetAt: fc.constant({ hour: 0, timeZone: 'America/Los_Angeles' }),
  })
  const arrivals = fc.array(
    fc.record({
      afterMs: fc.oneof(fc.constant(0), fc.nat(2000), fc.nat(HOUR)),
      images: fc.integer({ min: 0, max: 10 }),
    }),
    { maxLength: 15 },
  )

  prop.prop([fc.array(fc.oneof(quota, daily), { minLength: 1, maxLength: 3 }), arrivals, arrivals, fc.nat(12 * HOUR)])(
    'a limiter that is told goes on as the one that lived through it',
    async (quotas, before, after, pauseMs) => {
      const lived = setup({ quotas })
      const past: PastUse[] = []
      const play = async (
        { clock, calls }: ReturnType<typeof setup>,
        all: typeof before,
        sent: (each: (typeof before)[number]) => void,
      ): Promise<void> => {
        for (const each of all) {
          await clock.advance(each.afterMs)
          void calls.execute(async () => sent(each), { values: [[images, each.images]] })
        }
        await clock.run()
      }
      await play(lived, before, (each) =>
        past.push({ at: lived.clock.wallTime(), used: { requests: 1, images: each.images } }),
      )
      await lived.clock.advance(pauseMs)
      // In no order: who remembers need not sort.
      const told = setup({ quotas, usedBefore: past.toReversed() }, lived.clock.wallTime())
      const [livedOn, toldOn]: [number[], number[]] = [[], []]
      await play(lived, after, () => livedOn.push(lived.clock.wallTime()))
      await play(told, after, () => toldOn.push(told.clock.wallTime()))
      expect(toldOn).toEqual(livedOn)
      expect(livedOn).toHaveLength(after.length)
    },
    // Days of a calendar, a hundred times, on a machine that may have more to do.
    30_000,
  )
})
