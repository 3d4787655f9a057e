import { sharedQuotaContract } from '@spillway/core/testing'
import { redisConnection, redisSharedQuota } from '@spillway/redis'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, onTestFinished, test } from 'vitest'
import { clients } from './clients.ts'
import { redisUrl } from './redis-server.ts'

describe.for(clients)('over $name', ({ open }) => {
  let url = ''
  beforeEach(async ({ skip }) => {
    url = await redisUrl({ skip, onTestFinished })
  })

  sharedQuotaContract(
    'a shared quota in Redis',
    async () => {
      const context = { onTestFinished }
      const prefix = `spillway-test:${Math.random()}`
      const [redis, otherRedis] = [
        redisConnection(await open(context, url), { prefix, deadlineMs: 1000 }),
        redisConnection(await open(context, url), { prefix, deadlineMs: 1000 }),
      ]
      return {
        store: redisSharedQuota(redis),
        other: redisSharedQuota(otherRedis),
        pass: (ms) => sleep(ms),
        now: () => performance.now(),
      }
    },
    { test },
  )
})
