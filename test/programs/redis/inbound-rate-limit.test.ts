import * as forExpress from '@spillway/express'
import * as forKoa from '@spillway/koa'
import { redisConnection, redisQuotaStore, type CallerWish } from '@spillway/redis'
import { VirtualClock } from '@spillway/core/testing'
import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { hosts, type Mounted } from '../../servers/hosts.ts'
import { clients } from './clients.ts'
import { redisServer, redisUrl } from './redis-server.ts'

type Options = forExpress.InboundRateLimitOptions<{ get(name: string): string | undefined }>

const limited = (options: Options): Mounted => ({
  express: forExpress.rateLimit(options as Parameters<typeof forExpress.rateLimit>[0]),
  koa: forKoa.rateLimit(options),
})

const key: Options['key'] = (host) => host.get('x-api-key')

describe.for(hosts)('the rate limit of $name over Redis', ({ serve }) => {
  const site = async (options: Options): Promise<(headers?: Record<string, string>) => Promise<Response>> => {
    const { url } = await serve({ mounted: [limited(options)], routes: { '/': ({ send }) => send('ok') } })
    return (headers = {}) => fetch(url, { headers })
  }

  test.for(clients)('is one for all processes, over $name', async ({ open }, context) => {
    const url = await redisUrl(context)
    const prefix = `spillway-test:${Math.random()}`
    const asks = await Promise.all(
      [1, 2].map(async () => {
        const redis = redisConnection(await open(context, url), { prefix, deadlineMs: 1000 })
        return site({ limit: 3, windowMs: 120_000, key, storeTimeoutMs: 5000, store: redisQuotaStore(redis) })
      }),
    )
    const answers = []
    for (let i = 0; i < 5; i++) answers.push(await asks[i % 2]!({ 'x-api-key': 'a' }))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429])
    expect(answers.map(({ headers }) => headers.get('ratelimit')?.split(';')[1])).toEqual([
      'r=2',
      'r=1',
      'r=0',
      'r=0',
      'r=0',
    ])
    expect(answers[0]?.headers.get('ratelimit-policy')).toBe('"default";q=3;w=120')
    const wait = Number(answers[3]?.headers.get('retry-after'))
    expect([wait >= 38, wait <= 45]).toEqual([true, true])
    expect((await asks[0]!({ 'x-api-key': 'b' })).status).toBe(200)
  })

  test('goes on in the process when Redis has gone, and asks it again when it is back', async (context) => {
    const server = await redisServer(context, { persistent: true })
    const redis = redisConnection(await clients[0]!.open(context, server.url), { maxProbeMs: 100, deadlineMs: 500 })
    const ask = await site({ limit: 2, windowMs: 600_000, key, storeTimeoutMs: 5000, store: redisQuotaStore(redis) })
    const statuses = async (): Promise<number[]> => {
      const answers = [
        await ask({ 'x-api-key': 'a' }),
        await ask({ 'x-api-key': 'a' }),
        await ask({ 'x-api-key': 'a' }),
      ]
      return answers.map(({ status }) => status)
    }
    expect(await statuses()).toEqual([200, 200, 429])
    await server.stop('SIGKILL')
    expect(await statuses()).toEqual([200, 200, 429])
    await server.start()
    await expect
      .poll(
        () =>
          redis.available &&
          redis.get('k').then(
            () => true,
            () => false,
          ),
      )
      .toBe(true)
    // What Redis knew it knows again.
    expect(await statuses()).toEqual([429, 429, 429])
  })
})

test('decides as the memory of one process does', async (context) => {
  const redis = redisConnection(await clients[0]!.open(context, await redisUrl(context)), {
    prefix: `spillway-test:${Math.random()}`,
    deadlineMs: 5000,
  })
  const store = redisQuotaStore(redis)
  let run = 0
  const costs = fc.array(fc.oneof(fc.nat(12), fc.double({ min: 0, max: 12, noNaN: true })), { maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 10 }), costs, async (limit, all) => {
      const memory = forExpress.memoryQuotaStore({ clock: new VirtualClock() })
      run++
      for (const cost of all) {
        // So long a window that no time passes in it.
        const wish: CallerWish = { policy: 'p', key: String(run), cost, limit, windowMs: 1e13 }
        const [own, other] = [await memory.take(wish), await store.take(wish)]
        expect([other.allowed, other.remaining]).toEqual([own.allowed, own.remaining])
        expect(Math.abs(other.readyInMs - own.readyInMs)).toBeLessThan(60_000)
        expect(Math.abs(other.fullInMs - own.fullInMs)).toBeLessThan(60_000)
      }
    }),
    { numRuns: 50 },
  )
})
