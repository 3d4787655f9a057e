import type { SharedGrant, SharedQuota } from '@spillway/core'
import { redisConnection, redisSharedQuota, type IoredisClient } from '@spillway/redis'
import { fc } from '@fast-check/vitest'
import type { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { clients } from './clients.ts'
import { granted, join, newPrefix, turn } from './places-world.ts'
import { redisUrl } from './redis-server.ts'

test('places of calls at work: for whatever processes take, end and die of: never more than there are, and each comes back', async (context) => {
  const client = await clients[0]!.open(context, await redisUrl(context))
  const step = fc.record({
    who: fc.nat(3),
    what: fc.constantFrom('take', 'take', 'take', 'end', 'end', 'alone', 'die'),
    which: fc.nat(9),
  })
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.array(step, { maxLength: 30 }), async (limit, steps) => {
      const plan = { maxConcurrency: limit, leaseMs: 60_000 }
      const shared = newPrefix()
      const hire = () => ({ ...join(context, client, shared, plan), grants: [] as SharedGrant[] })
      const crew = [0, 1, 2, 3].map(hire)
      /** Of processes that died: theirs count for the lease. */
      let buried = 0
      const out = (): number => buried + crew.reduce((sum, { grants }) => sum + grants.length, 0)
      for (const { who, what, which } of steps) {
        const process = crew[who]!
        const take = async (): Promise<void> => {
          const before = out()
          const answer = await process.quota.take({})
          if (answer.kind !== 'granted') return expect(answer.kind).toBe('full')
          process.grants.push(answer.grant)
          expect(before).toBeLessThan(limit)
        }
        if (what === 'take') await take()
        else if (what === 'alone') {
          process.grants.push(process.quota.spent({}))
          // Whoever spent asks after that: the others hear of it.
          await take()
        } else if (what === 'end') for (const grant of process.grants.splice(which, 1)) process.quota.end(grant)
        else {
          // It has told everything.
          await take()
          process.cut(true)
          buried += process.grants.length
          crew[who] = hire()
        }
      }
      for (const { quota, grants } of crew) for (const grant of grants.splice(0)) quota.end(grant)
      const last = crew[0]!.quota
      for (let i = 0; i < limit - buried; i++) await turn(last, 5000)
      expect((await last.take({})).kind).toBe('full')
    }),
    { numRuns: 25 },
  )
}, 120_000)

describe('a client that is not sure whether it was heard', () => {
  const plan = { unit: 'requests', permits: 3, periodMs: 3_600_000, smooth: false, reset: undefined }
  const ONE = { requests: 1 }

  const open = (client: Redis, evalsha: IoredisClient['evalsha']): SharedQuota => {
    const wired = new Proxy(client, {
      get(target, name) {
        if (name === 'evalsha') return evalsha
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    return redisSharedQuota(redisConnection(wired, { prefix: newPrefix(), failures: 1000 })).open('a', [plan], {
      maxConcurrency: 3,
      leaseMs: 30_000,
    })
  }

  test('asks twice: it is granted once', async (context) => {
    const client = (await clients[0]!.open(context, await redisUrl(context))) as Redis
    const quota = open(client, async (...asked) => {
      await client.evalsha(...asked)
      return client.evalsha(...asked)
    })
    const kinds: string[] = []
    for (let i = 0; i < 5; i++) kinds.push((await quota.take(ONE)).kind)
    expect(kinds).toEqual(['granted', 'granted', 'granted', 'wait', 'wait'])
    quota.dispose()
  })

  test('never hears the answer: what was granted goes back with its next question', async (context) => {
    const client = (await clients[0]!.open(context, await redisUrl(context))) as Redis
    let deaf = false
    const quota = open(client, async (...asked) => {
      const answer: unknown = await client.evalsha(...asked)
      if (deaf) throw new Error('ECONNRESET')
      return answer
    })
    granted(await quota.take(ONE))
    deaf = true
    for (let i = 0; i < 10; i++) await expect(quota.take(ONE)).rejects.toThrow('ECONNRESET')
    deaf = false
    const kinds: string[] = []
    for (let i = 0; i < 4; i++) kinds.push((await quota.take(ONE)).kind)
    expect(kinds).toEqual(['granted', 'granted', 'wait', 'wait'])
    quota.dispose()
  })
})
