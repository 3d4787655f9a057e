import { pipeline, rateLimit, systemClock, type Pipeline } from '@spillway/core'
import {
  redisCircuitAdvice,
  redisLeases,
  redisQuotaStore,
  redisSharedQuota,
  type RedisConnection,
  type WhenDown,
} from '@spillway/redis'
import { expect } from 'vitest'
import { following, sharing } from './shared-answer.ts'

interface QuotaUse {
  readonly permits: number
  readonly periodMs?: number
  readonly whenDown?: WhenDown
  readonly name?: string
}

/** Calls under a shared quota, each of which ends at once: sent, or refused with a reason. */
export const quotaCalls = (
  redis: RedisConnection,
  { permits, periodMs = 600_000, whenDown = 'local', name = 'test' }: QuotaUse,
): (() => Promise<string>) => {
  // After an outage all have three beats to tell what they spent.
  const store = redisSharedQuota(redis, { name, whenDown, beatMs: 300 })
  const quotas = [{ permits, periodMs }]
  const calls: Pipeline<unknown> = pipeline([rateLimit({ quotas, store, maxWaitMs: 1000 })])
  return () =>
    calls
      .execute(async () => 'sent')
      .then(String, (error: { reason?: string; name: string }) => error.reason ?? error.name)
}

/** Uses each feature over two connections that stand for two processes, and expects of it what it is for. */
export const everyFeature = async (one: RedisConnection, two: RedisConnection): Promise<void> => {
  const calls = [one, two].map((redis) => quotaCalls(redis, { permits: 3 }))
  const sent: string[] = []
  for (const i of [0, 1, 0, 1, 0]) sent.push(await calls[i]!())
  expect(sent.map((each) => each === 'sent')).toEqual([true, true, true, false, false])

  const wish = { policy: 'p', key: 'a caller', cost: 1, limit: 2, windowMs: 600_000 }
  const levels = [await redisQuotaStore(one).take(wish), await redisQuotaStore(two).take(wish)]
  expect(levels.map(({ remaining }) => remaining)).toEqual([1, 0])
  expect(await redisQuotaStore(one).take(wish)).toMatchObject({ allowed: false })

  const { answers, finish } = await following(one, two)
  finish('a dam')
  expect((await answers)[0]).toBe('a dam')
  expect(await sharing(two).ask(() => Promise.reject(new Error('asked twice')))).toBe('a dam')

  const [leases, others] = [redisLeases(one, 'test'), redisLeases(two, 'test')]
  expect(await leases.take('report', 'one', 60_000)).toBe(0)
  expect(await others.take('report', 'two', 60_000)).toBeGreaterThan(0)
  await leases.release('report', 'one')
  expect(await others.take('report', 'two', 60_000)).toBe(0)

  const [advice, heard] = [redisCircuitAdvice(one), redisCircuitAdvice(two)]
  await advice.exchange('painter', { failing: true, served: true })
  expect(await heard.exchange('painter', { failing: false, served: false })).toMatchObject({ processes: 1, failing: 1 })
}

/** Ways to use each feature under a name, that tell what came of it. */
export const useOf = (redis: RedisConnection): Readonly<Record<string, (name: string) => Promise<unknown>>> => ({
  'a quota, local': (name) => quotaCalls(redis, { permits: 60, name: `local ${name}`, whenDown: 'local' })(),
  'a quota, refuse': (name) => quotaCalls(redis, { permits: 60, name: `refuse ${name}`, whenDown: 'refuse' })(),
  'the limit of a caller': (name) =>
    redisQuotaStore(redis)
      .take({ policy: 'p', key: name, cost: 1, limit: 60, windowMs: 600_000 })
      .then(({ allowed }) => allowed, unavailable),
  'an answer': (name) => sharing(redis, systemClock, name).ask(async () => 'a dam'),
  advice: (name) =>
    Promise.resolve(redisCircuitAdvice(redis).exchange(name, { failing: true, served: false })).then(
      () => 'exchanged',
      unavailable,
    ),
})

const unavailable = ({ code }: { code?: string }): unknown => code

const UNAVAILABLE = 'ERR_SPILLWAY_STORE_UNAVAILABLE'

/** What comes of each use while Redis cannot be asked. */
export const WITHOUT_REDIS: Readonly<Record<string, unknown>> = {
  'a quota, local': 'sent',
  'a quota, refuse': 'store_unavailable',
  'the limit of a caller': UNAVAILABLE,
  'an answer': 'a dam',
  // Where Redis is not asked, there are no others; either way the breaker decides alone.
  advice: expect.toBeOneOf(['exchanged', UNAVAILABLE]),
}

/** What comes of each use over a Redis that answers. */
export const WITH_REDIS: Readonly<Record<string, unknown>> = {
  'a quota, local': 'sent',
  'a quota, refuse': 'sent',
  'the limit of a caller': true,
  'an answer': 'a dam',
  advice: 'exchanged',
}
