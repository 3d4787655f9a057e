import { randomBytes, randomUUID } from 'node:crypto'
import { cache, cacheKey, circuitBreaker, pipeline } from '@spillway/core'
import { recordEvents, type EventRecording } from '@spillway/core/testing'
import { redisCacheStore, redisCircuitAdvice, redisConnection } from '@spillway/redis'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { redisServer, type RedisTest } from './redis-server.ts'

const CANARY = 'hunter2'
const PROMPT = `a {lighthouse}:\r\n* of ${CANARY}`

interface Written {
  readonly raw: Redis
  readonly events: EventRecording['events']
  /** Everything in that Redis: keys, what is under them, and how long it lives. */
  readonly dump: () => Promise<readonly { readonly key: string; readonly value: string; readonly ttlMs: number }[]>
}

/** A call that was answered and one that failed, with a canary wherever a name or a key is given. */
const written = async (context: RedisTest, encryptionKey?: Uint8Array): Promise<Written> => {
  const { url } = await redisServer(context)
  const raw = new Redis(url)
  context.onTestFinished(() => raw.disconnect())
  const redis = redisConnection(raw, { deadlineMs: 1000, secret: `secret ${CANARY}` })
  const store = redisCacheStore(redis, { namespace: `tenant ${CANARY}`, encryptionKey, maxBytes: 1000 })
  const advice = redisCircuitAdvice(redis, { name: `name ${CANARY}` })
  const calls = pipeline([cache({ store }), circuitBreaker({ advice, partitionKey: () => `endpoint ${CANARY}` })])
  const { events } = recordEvents(calls)
  const values = [[cacheKey, PROMPT]] as const
  await calls.execute(async () => ({ answer: 'a picture of Ada' }), { values })
  await expect.poll(() => events.map(({ type }) => type)).toContain('cache.stored')
  for (let i = 0; i < 6; i++)
    await calls
      .execute(() => Promise.reject(new Error(CANARY)), { values: [[cacheKey, `other ${PROMPT}`]] })
      .catch(String)
  await store.leases.take(PROMPT, randomUUID(), 10_000)
  await advice.leases.take(`endpoint ${CANARY}`, randomUUID(), 10_000)
  return {
    raw,
    events,
    dump: async () =>
      Promise.all(
        (await raw.keys('*')).map(async (key) => ({
          key,
          value: JSON.stringify((await raw.type(key)) === 'hash' ? await raw.hgetall(key) : await raw.get(key)),
          ttlMs: await raw.pttl(key),
        })),
      ),
  }
}

// trap: no-secrets-in-stores
test('nothing of a key, a name or an error stands in Redis, and everything expires', async (context) => {
  const { dump, events } = await written(context)
  const all = await dump()
  const parts = all.map(({ key }) => key.split(':')[2])
  expect(new Set(parts)).toEqual(new Set(['advice', 'cache', 'lease']))
  for (const { key, value, ttlMs } of all) {
    expect(key).toMatch(/^spillway:v1:\w+:\{[\w-]{22}\}$/)
    expect(value).not.toContain(CANARY)
    expect(ttlMs).toBeGreaterThan(0)
  }
  expect(JSON.stringify(all)).toContain('Ada')
  // The endpoint's name is the operator's own, and stands in events as it is.
  expect(JSON.stringify(events).replaceAll(`endpoint ${CANARY}`, '')).not.toContain(CANARY)
})

test('nor does anything of an answer, where it is encrypted', async (context) => {
  const { dump } = await written(context, randomBytes(32))
  const all = await dump()
  expect(all.map(({ key }) => key.split(':')[2])).toContain('cache')
  expect(JSON.stringify(all)).not.toContain('Ada')
})

test('an encrypted answer is not given for another key, although somebody put it there', async (context) => {
  const { url } = await redisServer(context)
  const raw = new Redis(url)
  context.onTestFinished(() => raw.disconnect())
  const store = redisCacheStore(redisConnection(raw), { namespace: 'acme', encryptionKey: randomBytes(32) })
  await store.set('one', 'the answer of one', 10_000)
  const [place] = (await raw.keys('*')) as [string]
  await store.set('two', 'the answer of two', 10_000)
  const other = (await raw.keys('*')).find((key) => key !== place)!
  await raw.copy(place, other, 'REPLACE')
  expect([await store.get('one'), await store.get('two')]).toEqual(['the answer of one', undefined])
  await raw.set(place, 'garbage', 'PX', 1000)
  expect(await store.get('one')).toBeUndefined()
})

test('what is too large, or would come back as something else, is not kept, and that is said', async (context) => {
  const { raw } = await written(context)
  const store = redisCacheStore(redisConnection(raw, { deadlineMs: 1000 }), { namespace: 'acme', maxBytes: 1000 })
  const calls = pipeline([cache({ store })])
  const { events } = recordEvents(calls)
  for (const [key, value] of [
    ['large', 'x'.repeat(1000)],
    ['class', { at: new Date(0) }],
  ] as const)
    expect(await calls.execute(async () => value, { values: [[cacheKey, key]] })).toBe(value)
  const told = (): unknown[] =>
    events.filter(({ type }) => type === 'diagnostic.reported').map((event) => 'errorName' in event && event.errorName)
  await expect.poll(told).toEqual(['NotStored', 'NotKeepableError'])
  // Nothing of it, and for the time of a lease that nobody need wait for it.
  await expect.poll(() => store.get('large')).toEqual({ unshared: true })
})
