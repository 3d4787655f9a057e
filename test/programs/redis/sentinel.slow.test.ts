// A master that dies, and a sentinel that makes its replica the master, while processes call: through either client.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { VirtualClock } from '@spillway/core/testing'
import { redisConnection, type RedisClient, type RedisConnection } from '@spillway/redis'
import { Redis } from 'ioredis'
import { createSentinel } from 'redis'
import { describe, expect, test } from 'vitest'
import { everyFeature, quotaCalls } from './features.ts'
import { mostWithin } from './quota-workers.ts'
import { redisSentinel, type SentinelWorld } from './redis-sentinel.ts'
import type { RedisTest } from './redis-server.ts'
import { following } from './shared-answer.ts'

const PERIOD_MS = 1500
const PERMITS = 10
/** So much may lie between a permit and the beginning of its call, on a machine with much to do. */
const LATE_MS = 300

interface SentinelClient {
  readonly name: string
  readonly open: (context: RedisTest, world: SentinelWorld) => Promise<RedisClient>
}

const kinds: readonly SentinelClient[] = [
  {
    name: 'ioredis',
    async open({ onTestFinished }, { sentinel, name }) {
      const retry = (): number => 50
      const client = new Redis({ sentinels: [sentinel], name, retryStrategy: retry, sentinelRetryStrategy: retry })
      client.on('error', () => undefined)
      onTestFinished(() => client.disconnect())
      return client
    },
  },
  {
    name: 'node-redis, createSentinel',
    async open({ onTestFinished }, { sentinel, name }) {
      const client = createSentinel({ name, sentinelRootNodes: [sentinel] })
      client.on('error', () => undefined)
      onTestFinished(() => client.destroy())
      await client.connect()
      return client
    },
  },
]

interface Load {
  /** When calls began, in milliseconds. */
  readonly sentAt: number[]
  /** What came of those that were not sent. */
  readonly refused: Set<string>
  longestMs: number
  stopped: boolean
}

/** Calls without a pause, four at once. */
const loadOf = (call: () => Promise<string>): Load => {
  const load: Load = { sentAt: [], refused: new Set(), longestMs: 0, stopped: false }
  const callAll = async (): Promise<void> => {
    while (!load.stopped) {
      const since = performance.now()
      const outcome = await call()
      const now = performance.now()
      load.longestMs = Math.max(load.longestMs, now - since)
      if (outcome === 'sent') load.sentAt.push(now)
      else load.refused.add(outcome)
      await sleep(10)
    }
  }
  for (let i = 0; i < 4; i++) void callAll()
  return load
}

/** Who waits is told of the answer: no time passes in which it could look. */
const expectTold = async (
  { onTestFinished }: RedisTest,
  { master }: SentinelWorld,
  one: RedisConnection,
  other: RedisConnection,
): Promise<void> => {
  const admin = new Redis(master.url)
  admin.on('error', () => undefined)
  onTestFinished(() => admin.disconnect())
  const hearing = async (): Promise<number> =>
    String(await admin.call('CLIENT', 'LIST', 'TYPE', 'PUBSUB'))
      .trim()
      .split('\n').length
  // The sentinel hears, too.
  const before = await hearing()
  const { answers, finish } = await following(one, other, new VirtualClock())
  await expect.poll(hearing).toBe(before + 1)
  finish('a dam')
  expect(await answers).toEqual(['a dam', 'a dam'])
  await expect.poll(hearing).toBe(before)
}

describe.for(kinds)('over a sentinel, through $name,', ({ open }) => {
  test('a failover loses nobody, and no period sees more than the quota', async (context) => {
    const world = await redisSentinel(context)
    const prefix = `spillway-test:${randomUUID()}`
    const told: string[] = []
    const connect = async (into = prefix): Promise<RedisConnection> => {
      const redis = redisConnection(await open(context, world), { prefix: into, deadlineMs: 300, maxProbeMs: 300 })
      redis.subscribe(({ type }) => told.push(type))
      context.onTestFinished(() => redis.dispose())
      return redis
    }
    const connections = [await connect(), await connect()]
    const [one, other] = connections as [RedisConnection, RedisConnection]
    await everyFeature(one, other)
    await expectTold(context, world, await connect(`${prefix}:told`), await connect(`${prefix}:told`))

    const loads = (whenDown: 'local' | 'refuse'): Load[] =>
      connections.map((redis) =>
        loadOf(quotaCalls(redis, { permits: PERMITS, periodMs: PERIOD_MS, name: whenDown, whenDown })),
      )
    const [local, refuse] = [loads('local'), loads('refuse')]
    context.onTestFinished(() => {
      for (const load of [...local, ...refuse]) load.stopped = true
    })
    const sent = (all: readonly Load[]): number[] => all.flatMap(({ sentAt }) => sentAt)
    await sleep(PERIOD_MS)
    const diedAt = performance.now()
    await world.master.stop('SIGKILL')
    await expect.poll(() => refuse.flatMap(({ refused }) => [...refused])).toContain('store_unavailable')
    // The replica is the master, and both processes have found it.
    const recovered = (): string[] => told.filter((type) => type === 'store.recovered')
    await expect.poll(recovered, { timeout: 20_000 }).toHaveLength(2)
    const backAt = performance.now()
    await expect
      .poll(() => sent(refuse).filter((at) => at > backAt).length, { timeout: 20_000 })
      .toBeGreaterThan(PERMITS)
    await sleep(PERIOD_MS)
    for (const load of [...local, ...refuse]) load.stopped = true

    // Whoever may go on alone does; nobody waits longer than it was told to.
    expect(sent(local).filter((at) => at > diedAt && at < backAt)).not.toEqual([])
    for (const { longestMs } of [...local, ...refuse]) expect(longestMs).toBeLessThan(3000)
    expect(told.toSorted()).toEqual(['store.degraded', 'store.degraded', 'store.recovered', 'store.recovered'])
    expect(mostWithin(PERIOD_MS - LATE_MS, sent(refuse))).toBeLessThanOrEqual(PERMITS)
    expect(mostWithin(PERIOD_MS - LATE_MS, sent(local))).toBeLessThan(2 * PERMITS)
    await everyFeature(await connect(`${prefix}:after`), await connect(`${prefix}:after`))
  })
})
