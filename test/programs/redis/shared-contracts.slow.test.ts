import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { cacheStoreContract, circuitAdviceContract, leasesContract } from '@spillway/core/testing'
import {
  redisCacheStore,
  redisCircuitAdvice,
  redisConnection,
  redisLeases,
  type RedisConnection,
} from '@spillway/redis'
import { beforeEach, describe, onTestFinished, test } from 'vitest'
import { clients } from './clients.ts'
import { redisUrl } from './redis-server.ts'

describe.for(clients)('over $name', ({ open }) => {
  let url = ''
  beforeEach(async ({ skip }) => {
    url = await redisUrl({ skip, onTestFinished })
  })

  const connect = async (prefix: string): Promise<RedisConnection> => {
    const redis = redisConnection(await open({ onTestFinished }, url), { prefix, deadlineMs: 1000 })
    onTestFinished(() => redis.dispose())
    return redis
  }
  /** So many processes with one prefix. */
  const connections = (count: number): Promise<RedisConnection[]> => {
    const prefix = `spillway-test:${randomUUID()}`
    return Promise.all(Array.from({ length: count }, () => connect(prefix)))
  }
  const pass = (ms: number): Promise<void> => sleep(ms)

  describe.each([
    ['as they are', undefined],
    ['encrypted', randomBytes(32)],
  ])('%s', (how, encryptionKey) => {
    cacheStoreContract(
      `answers in Redis, ${how},`,
      async () => {
        const [one, two] = await connections(2)
        const options = { namespace: 'acme', encryptionKey }
        return { store: redisCacheStore(one!, options), other: redisCacheStore(two!, options), pass }
      },
      { test },
    )
  })

  leasesContract(
    'leases in Redis',
    async () => {
      const [one, two] = await connections(2)
      return { leases: redisLeases(one!, 'test'), other: redisLeases(two!, 'test'), pass }
    },
    { test },
  )

  circuitAdviceContract(
    'advice over Redis',
    async () => {
      const [one, two, three] = (await connections(3)).map((redis) => redisCircuitAdvice(redis, { ttlMs: 1000 }))
      return { processes: [one!, two!, three!], ttlMs: 1000, pass }
    },
    { test },
  )
})
