import { expect, test } from 'vitest'
import {
  adaptiveConcurrency,
  failover,
  pipeline,
  retry,
  timeout,
  type AdaptiveConcurrencyOptions,
  type Classifier,
} from '../../index.ts'
import { seededRandom, VirtualClock } from '../../testing.ts'

const MINUTE = 60_000
const classifier: Classifier = { error: () => ({ kind: 'overloaded' }) }

interface Moment {
  readonly at: number
  readonly busy: number
  readonly limit: number
  readonly requests: number
}

/**
 * A provider that serves so many at once and refuses the rest, under more demand than it can serve, looked at every ten
 * seconds.
 */
const watch = async (
  minutes: number,
  capacity: (minute: number) => number,
  serviceMs: (minute: number) => number,
  options: AdaptiveConcurrencyOptions & { readonly refusedAfterMs?: number; readonly totalMs?: number } = {},
): Promise<readonly Moment[]> => {
  const { refusedAfterMs = 0, totalMs = 180_000, ...more } = options
  const clock = new VirtualClock()
  const gate = adaptiveConcurrency(more)
  const calls = pipeline([timeout({ totalMs }), retry(), failover({ endpoints: [{ name: 'only' }] }), gate], {
    clock,
    classifier,
    random: seededRandom(7),
  })
  let busy = 0
  let requests = 0
  const moments: Moment[] = []
  const stops = new AbortController()
  const next = (): void => {
    if (clock.now() >= minutes * MINUTE) return stops.abort()
    void calls
      .execute(
        async (context) => {
          requests++
          const minute = clock.now() / MINUTE
          if (busy >= capacity(minute)) {
            await context.sleep(refusedAfterMs)
            throw new Error('503')
          }
          busy++
          await context.sleep(serviceMs(minute))
          busy--
        },
        { signal: stops.signal },
      )
      .catch(() => {})
    clock.setTimer(700, next)
  }
  next()
  for (let at = 0; at < minutes * MINUTE; at += 10_000) {
    await clock.advance(10_000)
    const { partitions } = (gate.snapshot?.() ?? {}) as { partitions: Record<string, { limit: number }> }
    moments.push({ at: clock.now() / MINUTE, busy, limit: partitions['only']?.limit ?? 0, requests })
  }
  await clock.run()
  expect(clock.pending).toBe(0)
  return moments
}

const between = (moments: readonly Moment[], from: number, to: number): readonly Moment[] =>
  moments.filter(({ at }) => at > from && at <= to)
const mean = (moments: readonly Moment[], of: (moment: Moment) => number): number =>
  moments.reduce((sum, moment) => sum + of(moment), 0) / moments.length
const inBounds = (moments: readonly Moment[]): boolean => moments.every(({ limit }) => limit >= 4 && limit <= 64)

// trap: limits-follow-the-provider
test('capacity falls at once to a quarter: so does the limit, and what is left is used', async () => {
  const seen = await watch(
    30,
    (minute) => (minute < 10 ? 40 : 10),
    () => 30_000,
  )
  expect(mean(between(seen, 5, 10), ({ busy }) => busy)).toBeGreaterThan(36)
  expect(mean(between(seen, 15, 30), ({ busy }) => busy)).toBeGreaterThan(9)
  expect(Math.max(...between(seen, 15, 30).map(({ limit }) => limit))).toBeLessThanOrEqual(20)
  expect(inBounds(seen)).toBe(true)
})

// trap: quick-recovery
test('capacity returns: four fifths of it are used within two answers', async () => {
  const seen = await watch(
    30,
    (minute) => (minute < 10 ? 5 : 40),
    () => 60_000,
  )
  expect(mean(between(seen, 12, 14), ({ busy }) => busy)).toBeGreaterThan(32)
  expect(inBounds(seen)).toBe(true)
})

// trap: slow-calls-are-no-blind-spot
test('total outage: almost nothing is sent, the limit stays within its bounds, all is used soon afterwards', async () => {
  const seen = await watch(
    30,
    (minute) => (minute >= 10 && minute < 20 ? 0 : 40),
    () => 100_000,
  )
  const [begin] = between(seen, 12, 20)
  const end = between(seen, 12, 20).at(-1)
  expect(((end?.requests ?? 0) - (begin?.requests ?? 0)) / 8).toBeLessThan(35)
  expect(mean(between(seen, 22, 24), ({ busy }) => busy)).toBeGreaterThan(32)
  expect(inBounds(seen)).toBe(true)
})

// trap: limits-follow-the-provider
test('refusals that take a minute lower the limit as well', async () => {
  const seen = await watch(
    50,
    () => 0,
    () => 30_000,
    { refusedAfterMs: 60_000, totalMs: 3_600_000, paceMs: 0 },
  )
  expect(seen.at(-1)?.limit).toBe(4)
  expect(inBounds(seen)).toBe(true)
})

// trap: limits-follow-the-provider
test('answers that grow slower and slower do not lower the limit', async () => {
  const seen = await watch(
    40,
    () => 200,
    (minute) => 15_000 + minute * 1000,
  )
  const limits = seen.map(({ limit }) => limit)
  expect(limits).toEqual(limits.toSorted((a, b) => a - b))
  expect(limits.at(-1)).toBeGreaterThan(30)
})
