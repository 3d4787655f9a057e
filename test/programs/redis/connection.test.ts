import { redisConnection, type RedisConnection, type StoreUnavailableError } from '@spillway/redis'
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { clients } from './clients.ts'
import { faultyWire, type FaultyWire } from './faulty-wire.ts'
import { redisServer, type RedisServer, type RedisTest } from './redis-server.ts'

const SOURCE = "redis.call('INCR', KEYS[1]); return {KEYS[1], ARGV[1], 7}"
const SCRIPT = { source: SOURCE, sha: createHash('sha1').update(SOURCE).digest('hex') }

interface Opened {
  readonly server: RedisServer
  readonly wire: FaultyWire
  readonly redis: RedisConnection
  readonly told: string[]
}

describe.for(clients)('a connection over $name', ({ open }) => {
  const opened = async (context: RedisTest): Promise<Opened> => {
    const server = await redisServer(context)
    const wire = await faultyWire(context, server.port)
    const client = await open(context, `redis://127.0.0.1:${wire.port}`)
    // A machine with much to do needs more than the default.
    const redis = redisConnection(client, { deadlineMs: 500, maxProbeMs: 100 })
    const told: string[] = []
    redis.subscribe((event) => told.push(event.type))
    context.onTestFinished(() => redis.dispose())
    return { server, wire, redis, told }
  }
  const reason = (asked: Promise<unknown>): Promise<unknown> =>
    asked.catch(({ reason: why }: StoreUnavailableError) => why)

  test('runs scripts, keeps values for their time, and knows what is not there', async (context) => {
    const { redis, server } = await opened(context)
    const key = redis.keyOf('test', 'a')
    expect(await redis.run(SCRIPT, [key], ['x'])).toEqual([key, 'x', 7])
    // By its name, which the server knows now; and once more on a server that has forgotten it.
    expect(await redis.run(SCRIPT, [key], ['x'])).toEqual([key, 'x', 7])
    await server.stop('SIGKILL')
    await server.start()
    await expect.poll(() => redis.available && reason(redis.get(key))).toBeUndefined()
    expect(await redis.run(SCRIPT, [key], ['y'])).toEqual([key, 'y', 7])
    await redis.delete(key)
    expect(await redis.get(key)).toBeUndefined()
    await redis.set(key, '{"a":"ä"}', 60)
    expect(await redis.get(key)).toBe('{"a":"ä"}')
    await expect.poll(() => redis.get(key)).toBeUndefined()
  })

  test.for(['cut', 'blackhole'] as const)(
    'a %s wire costs a call its deadline a few times, then nothing',
    async (fault, context) => {
      const { redis, wire, told } = await opened(context)
      await redis.get('k')
      wire[fault]()
      const since = performance.now()
      for (let i = 0; i < 3; i++)
        expect(await reason(redis.get('k'))).toMatch(/^(timeout|not_connected|E[A-Z]+|\w+Error)$/)
      for (let i = 0; i < 1000; i++) expect(await reason(redis.get('k'))).toBe('degraded')
      expect(performance.now() - since).toBeLessThan(5000)
      expect(told).toEqual(['store.degraded'])
      wire.heal()
      await expect.poll(() => told).toEqual(['store.degraded', 'store.recovered'])
      expect(await redis.get('k')).toBeUndefined()
    },
  )

  test('a slow wire is late, and what it brings late is told', async (context) => {
    const { redis, wire } = await opened(context)
    const key = redis.keyOf('test', 'late')
    await redis.run(SCRIPT, [key], [''])
    wire.delay(800)
    const late: unknown[] = []
    expect(await reason(redis.run(SCRIPT, [key], ['z'], (answer) => late.push(answer)))).toBe('timeout')
    await expect.poll(() => late).toEqual([[key, 'z', 7]])
  })

  test('a Redis that refuses is as good as none', async (context) => {
    const server = await redisServer(context, { args: ['--requirepass', 'hunter2'] })
    const client = await open(context, `redis://:hunter2@127.0.0.1:${server.port}`)
    const redis = redisConnection(client, { deadlineMs: 500 })
    await redis.set('k', 'v', 60_000)
    const wrong = redis.run(
      { source: "return redis.call('LPUSH', KEYS[1], 'hunter2')", sha: '0'.repeat(40) },
      ['k'],
      [],
    )
    const error = await wrong.catch((thrown: StoreUnavailableError) => thrown)
    expect(error).toMatchObject({ code: 'ERR_SPILLWAY_STORE_UNAVAILABLE', reason: 'WRONGTYPE' })
    expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain('hunter2')
  })
})
