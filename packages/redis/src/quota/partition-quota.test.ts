import type { QuotaPlan } from '@spillway/core'
import { settle, VirtualClock } from '@spillway/core/testing'
import { describe, expect, test } from 'vitest'
import { redisConnection } from '../connection/redis-connection.ts'
import type { IoredisClient } from '../connection/redis-client.ts'
import type { QuotaAnswer, QuotaWish } from './quota-wish.ts'
import { redisSharedQuota } from './redis-shared-quota.ts'

const plan: QuotaPlan = { unit: 'requests', permits: 5, periodMs: 60_000, smooth: false, reset: undefined }
const ONE = { requests: 1 }

/** A Redis whose answers the test gives, and what it was told. */
const scripted = (answer: (wish: QuotaWish, nth: number) => Partial<QuotaAnswer> | Error) => {
  const wishes: QuotaWish[] = []
  const client: IoredisClient = {
    status: 'ready',
    connect: async () => undefined,
    async evalsha(_sha, _keys, _key, wish = '{}') {
      wishes.push(JSON.parse(wish) as QuotaWish)
      const last = wishes.at(-1) as QuotaWish
      const given = answer(last, wishes.length)
      if (given instanceof Error) throw given
      const seq = last.ops.at(-1)?.seq ?? 0
      return JSON.stringify({ kind: 'told', epoch: 'e1', processes: 1, settling: false, now: 1e12, seq, ...given })
    },
    eval: async () => undefined,
    get: async () => null,
    set: async () => undefined,
    del: async () => undefined,
  }
  const redis = redisConnection(client, { clock: new VirtualClock() })
  return { wishes, quota: (options = {}) => redisSharedQuota(redis, options).open('a', [plan]) }
}

describe('the quotas of a partition', () => {
  test('what could not be told is told again, under the same numbers', async () => {
    const { wishes, quota } = scripted((_, nth) => (nth === 2 ? new Error('ECONNRESET') : { kind: 'granted' }))
    const own = quota()
    const answer = await own.take(ONE)
    if (answer.kind !== 'granted') throw new Error('no permit')
    own.settle(answer.grant, { requests: 0 })
    await settle()
    await own.take(ONE)
    expect(wishes.map(({ ops }) => ops.map(({ seq, by }) => [seq, ...by]))).toEqual([[], [[1, -1]], [[1, -1]]])
    await own.take(ONE)
    expect(wishes[3]?.ops).toEqual([])
    own.dispose()
  })

  test('a Redis that has forgotten is told all that counts, before anything is taken', async () => {
    const { wishes, quota } = scripted(({ known }, nth) =>
      nth <= 2
        ? { kind: 'granted' }
        : known === 'e2'
          ? { kind: 'wait', readyInMs: 7, epoch: 'e2' }
          : { kind: 'lost', epoch: 'e2' },
    )
    const own = quota()
    await own.take(ONE)
    await own.take(ONE)
    expect(await own.take(ONE)).toEqual({ kind: 'wait', readyInMs: 7 })
    expect(wishes.map(({ known }) => known)).toEqual(['', 'e1', 'e1', 'e2'])
    expect(wishes[3]?.ops).toMatchObject([
      { by: [1], spent: true },
      { by: [1], spent: true },
    ])
    own.dispose()
  })

  test('a Redis that forgets again and again is given up', async () => {
    const { wishes, quota } = scripted(({ known }) => (known === '' ? { kind: 'granted' } : { kind: 'lost' }))
    const own = quota()
    await own.take(ONE)
    await expect(Promise.resolve(own.take(ONE))).rejects.toMatchObject({ reason: 'forgetful' })
    expect(wishes).toHaveLength(4)
    own.dispose()
  })

  test('the share is one through the processes seen, none are taken for gone while they may come back', async () => {
    let seen: Partial<QuotaAnswer> = { kind: 'granted', processes: 4 }
    const { quota } = scripted(() => seen)
    const own = quota()
    const shares = [own.share]
    for (const next of [
      seen,
      { kind: 'alone', processes: 1, settling: true },
      { kind: 'granted', processes: 2 },
    ] as const) {
      seen = next
      await own.take(ONE)
      shares.push(own.share)
    }
    expect(shares).toEqual([1, 1 / 4, 1 / 4, 1 / 2])
    expect([quota({ share: 0.1 }).share, quota({ whenDown: 'refuse', share: 0.1 }).share]).toEqual([0.1, 0])
    own.dispose()
  })

  test('who refuses without Redis waits instead of going on alone', async () => {
    const { quota } = scripted(() => ({ kind: 'alone', readyInMs: 900 }))
    expect(await quota().take(ONE)).toEqual({ kind: 'alone' })
    expect(await quota({ whenDown: 'refuse' }).take(ONE)).toEqual({ kind: 'wait', readyInMs: 900 })
  })

  test.for<[option: string, value: unknown]>([
    ['name', 5],
    ['whenDown', 'panic'],
    ['share', 0],
    ['share', 1.1],
    ['beatMs', 0],
    ['when', 1],
  ])('an option %s of %s is refused', ([option, value]) => {
    expect(() => scripted(() => ({})).quota({ [option]: value })).toThrow(`redisSharedQuota.${option}`)
  })
})
