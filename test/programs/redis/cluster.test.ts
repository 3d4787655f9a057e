import { redisConnection, redisQuotaStore, redisSharedQuota } from '@spillway/redis'
import { expect, test } from 'vitest'
import { clusterClients } from './clients.ts'
import { redisCluster } from './redis-cluster.ts'

test.for(clusterClients)('quotas work on a cluster of one, through $name', async ({ open }, context) => {
  const { masters } = await redisCluster(context)
  const redis = redisConnection(await open(context, masters[0]!.url), { deadlineMs: 5000 })
  const plan = { unit: 'requests', permits: 2, periodMs: 60_000, smooth: false, reset: undefined }
  const kinds: string[] = []
  for (const partition of ['a', 'a', 'a', 'b']) {
    const quota = redisSharedQuota(redis).open(partition, [plan])
    kinds.push((await quota.take({ requests: 1 })).kind)
    quota.dispose()
  }
  expect(kinds).toEqual(['granted', 'granted', 'wait', 'granted'])
  const store = redisQuotaStore(redis)
  const levels = []
  for (const key of ['a', 'a', 'b'])
    levels.push(await store.take({ policy: 'p', key, cost: 1, limit: 5, windowMs: 60_000 }))
  expect(levels.map(({ remaining }) => remaining)).toEqual([4, 3, 4])
  expect(await redis.get(redis.keyOf('test', 'nothing'))).toBeUndefined()
})
