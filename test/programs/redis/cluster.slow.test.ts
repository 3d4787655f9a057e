// Three masters, as many as a cluster has at least: what works over one Redis works there, while slots move and a master dies.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { redisConnection, redisQuotaStore, type RedisConnection, type RedisConnectionOptions } from '@spillway/redis'
import type { Redis } from 'ioredis'
import { afterAll, describe, expect, test } from 'vitest'
import { clusterClients } from './clients.ts'
import { everyFeature, quotaCalls, useOf, WITH_REDIS, WITHOUT_REDIS } from './features.ts'
import { redisCluster, type RedisCluster } from './redis-cluster.ts'
import type { RedisServer, RedisTest } from './redis-server.ts'
import { toldFollowers } from './told-followers.ts'

const closing: (() => unknown)[] = []
let cluster: Promise<RedisCluster> | undefined
/** One for all tests: it takes seconds until the nodes know each other. */
const shared = ({ skip }: RedisTest): Promise<RedisCluster> =>
  (cluster ??= redisCluster({ skip, onTestFinished: (close) => void closing.push(close as () => unknown) }, 3))
afterAll(async () => {
  for (const close of closing.toReversed()) await close()
})

for (const kind of clusterClients) toldFollowers(kind, async (context) => (await shared(context)).masters)

describe.for(clusterClients)('over a cluster of three masters, through $name,', ({ open }) => {
  const connecting = async (
    context: RedisTest,
    options: RedisConnectionOptions = {},
  ): Promise<{ cluster: RedisCluster; connect: () => Promise<RedisConnection>; told: string[] }> => {
    const opened = await shared(context)
    const prefix = `spillway-test:${randomUUID()}`
    const told: string[] = []
    const connect = async (): Promise<RedisConnection> => {
      const redis = redisConnection(await open(context, opened.masters[0]!.url), {
        prefix,
        deadlineMs: 2000,
        ...options,
      })
      redis.subscribe(({ type }) => told.push(type))
      context.onTestFinished(() => redis.dispose())
      return redis
    }
    return { cluster: opened, connect, told }
  }

  test('every feature does what it is for', async (context) => {
    const { connect, told } = await connecting(context)
    await everyFeature(await connect(), await connect())
    expect(told).toEqual([])
  })

  test('counts go on while their slot moves to another master, without a gap', async (context) => {
    const {
      cluster: { masters, admin },
      connect,
      told,
    } = await connecting(context)
    const redis = await connect()
    const store = redisQuotaStore(redis)
    // In slots that no other test uses: what has moved stays there.
    const key = randomUUID()
    const take = (): Promise<number> =>
      store.take({ policy: 'p', key, cost: 1, limit: 1000, windowMs: 86_400_000 }).then(({ remaining }) => remaining)
    const calls = quotaCalls(redis, { permits: 8, name: key })
    expect([await take(), await calls()]).toEqual([999, 'sent'])

    const keys = await keysOf(masters, admin, redis)
    expect(keys).toHaveLength(2)
    let asked = 1
    for (const { key: moving, at } of keys) {
      const to = masters[(masters.indexOf(at) + 1) % masters.length]!
      await moveSlot({ admin, masters, key: moving, from: at, to }, async () => {
        for (let i = 0; i < 5; i++) expect(await take()).toBe(999 - asked++)
        expect(await calls()).toBe('sent')
      })
    }
    expect([await calls(), await calls()].map((each) => each === 'sent')).toEqual([true, false])
    expect(told).toEqual([])
  })

  test('a master that dies takes its own keys with it only: each feature does what its option says', async (context) => {
    const {
      cluster: { masters, admin, whole },
      connect,
      told,
    } = await connecting(context, { deadlineMs: 300, maxProbeMs: 300 })
    const watching = await connect()
    const [doomed, ...others] = masters as [RedisServer, ...RedisServer[]]
    const uses: { feature: string; redis: RedisConnection; use: Use; dead: string; alive: string }[] = []
    for (const feature of Object.keys(WITH_REDIS)) {
      // Each over a connection of its own, so that none gives Redis up for another.
      const redis = await connect()
      const use: Use = useOf(redis)[feature]!
      const dead = await nameOn([doomed], admin, watching, use)
      uses.push({ feature, redis, use, dead, alive: await nameOn(others, admin, watching, use) })
    }
    const outcomes = async (which: 'dead' | 'alive'): Promise<Record<string, unknown>> =>
      Object.fromEntries(await Promise.all(uses.map(async (each) => [each.feature, await each.use(each[which])])))

    await doomed.stop('SIGKILL')
    expect(await outcomes('alive')).toEqual(WITH_REDIS)
    for (let i = 0; i < 4; i++) expect(await outcomes('dead')).toEqual(WITHOUT_REDIS)
    // Given up for these keys, it is not found again by others.
    await sleep(1000)
    expect(new Set(told)).toEqual(new Set(['store.degraded']))
    await doomed.start()
    for (const { redis } of uses) await expect.poll(() => redis.available).toBe(true)
    await whole()
    for (const which of ['dead', 'alive'] as const)
      await expect.poll(() => outcomes(which), { timeout: 20_000 }).toEqual(WITH_REDIS)
  })
})

type Use = (name: string) => Promise<unknown>

interface Place {
  readonly key: string
  readonly at: RedisServer
}

/** Where the keys of a connection are. */
const keysOf = async (
  masters: readonly RedisServer[],
  admin: (master: RedisServer) => Redis,
  redis: RedisConnection,
): Promise<Place[]> => {
  const prefix = redis.keyOf('x', '').split(':v1:')[0]!
  const found = await Promise.all(
    masters.map(async (at) => (await admin(at).keys(`${prefix}*`)).map((key) => ({ key, at }))),
  )
  return found.flat()
}

/** A name whose key is on one of these masters: found by using it. */
const nameOn = async (
  masters: readonly RedisServer[],
  admin: (master: RedisServer) => Redis,
  redis: RedisConnection,
  use: Use,
): Promise<string> => {
  for (let i = 0; i < 100; i++) {
    const before = (await keysOf(masters, admin, redis)).length
    await use(`name ${i}`)
    if ((await keysOf(masters, admin, redis)).length > before) return `name ${i}`
  }
  throw new Error('none of a hundred names was there')
}

interface Move {
  readonly admin: (master: RedisServer) => Redis
  readonly masters: readonly RedisServer[]
  readonly key: string
  readonly from: RedisServer
  readonly to: RedisServer
}

/** Moves the slot of a key as a cluster is told to, and calls in between: before its keys have left, and after (`ASK`, then `MOVED`). */
const moveSlot = async ({ admin, masters, key, from, to }: Move, between: () => Promise<void>): Promise<void> => {
  const slot = Number(await admin(from).call('CLUSTER', 'KEYSLOT', key))
  const [fromId, toId] = await Promise.all(
    [from, to].map((each) => admin(each).call('CLUSTER', 'MYID') as Promise<string>),
  )
  await admin(to).call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId!)
  await admin(from).call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId!)
  await between()
  const keys = (await admin(from).call('CLUSTER', 'GETKEYSINSLOT', slot, 100)) as string[]
  await admin(from).call('MIGRATE', '127.0.0.1', to.port, '', 0, 5000, 'KEYS', ...keys)
  await between()
  for (const master of [to, from, ...masters]) await admin(master).call('CLUSTER', 'SETSLOT', slot, 'NODE', toId!)
  await between()
}
