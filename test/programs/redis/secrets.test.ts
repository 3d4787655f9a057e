// What stands in Redis after everything has been used with secrets in every place where one can be.
import { failover, pipeline, rateLimit } from '@spillway/core'
import { redisConnection, redisQuotaStore, redisSharedQuota, type StoreUnavailableError } from '@spillway/redis'
import { Redis } from 'ioredis'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { clients } from './clients.ts'
import { redisServer, redisUrl } from './redis-server.ts'

const SECRETS = [
  'hunter2',
  'sk-live-4711',
  'a-prompt-about-a-lighthouse',
  '203.0.113.7',
  'ada@example.com',
  'quota-of-acme',
]

/** Every key with its value and what is left of its time, as bytes. */
const dump = async (redis: Redis): Promise<{ text: string; keys: number; eternal: string[] }> => {
  const keys = await redis.keys('*')
  const values = await Promise.all(keys.map((key) => redis.getBuffer(key).catch(() => redis.dumpBuffer(key))))
  const times = await Promise.all(keys.map((key) => redis.pttl(key)))
  return {
    text: keys.join('\n') + values.map((value) => value?.toString('latin1') ?? '').join('\n'),
    keys: keys.length,
    eternal: keys.filter((_, i) => (times[i] ?? -1) < 0),
  }
}

test.for(clients)(
  'no secret is in any key, value, event or error, and nothing stays for ever, over $name',
  async ({ open }, context) => {
    const server = await redisServer(context, { args: ['--requirepass', 'hunter2'] })
    const url = `redis://:hunter2@127.0.0.1:${server.port}`
    const redis = redisConnection(await open(context, url), { secret: 'sk-live-4711', deadlineMs: 1000 })
    const told: unknown[] = []
    redis.subscribe((event) => told.push(event))

    const calls = pipeline([
      failover({ endpoints: [{ name: 'https://relay/?key=sk-live-4711' }] }),
      rateLimit({
        quotas: [{ permits: 5 }, { unit: 'tokens', permits: 1000, per: 'day' }],
        cost: () => ({ tokens: 10 }),
        actualCost: () => ({ tokens: 20 }),
        partitionKey: ({ endpoint }) => `${endpoint?.name} of ada@example.com`,
        store: redisSharedQuota(redis, { name: 'quota-of-acme' }),
      }),
    ])
    calls.events.subscribe((event) => told.push(event))
    const prompt = 'a-prompt-about-a-lighthouse'
    for (let i = 0; i < 3; i++) expect(await calls.execute(async () => prompt)).toBe(prompt)
    const store = redisQuotaStore(redis)
    for (const key of ['sk-live-4711', '203.0.113.7', 'ada@example.com'])
      expect(await store.take({ policy: 'quota-of-acme', key, cost: 1, limit: 5, windowMs: 60_000 })).toMatchObject({
        remaining: 4,
      })

    const reader = new Redis(url)
    const { text, keys, eternal } = await dump(reader)
    reader.disconnect()
    expect(keys).toBe(4)
    expect(eternal).toEqual([])
    await server.stop('SIGKILL')
    const error = await redis.get('k').catch((thrown: StoreUnavailableError) => thrown)
    // The pipeline's own events name its endpoint, and nothing more.
    const said = inspect([told, error], { depth: 9 }).replaceAll('https://relay/?key=sk-live-4711', '')
    for (const secret of SECRETS) {
      expect(text).not.toContain(secret)
      if (secret !== 'ada@example.com') expect(said).not.toContain(secret)
    }
  },
)

test('what is written by one secret is not found by another', async (context) => {
  const url = await redisUrl(context)
  const prefix = `spillway-test:${Math.random()}`
  const levels: number[] = []
  for (const secret of ['one', 'one', 'two']) {
    const redis = redisConnection(await clients[0]!.open(context, url), { prefix, secret, deadlineMs: 1000 })
    const wish = { policy: 'p', key: 'a', cost: 1, limit: 5, windowMs: 60_000 }
    levels.push((await redisQuotaStore(redis).take(wish)).remaining)
  }
  expect(levels).toEqual([4, 3, 4])
})
