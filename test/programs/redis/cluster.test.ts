import { redisConnection, redisQuotaStore, redisSharedQuota, type RedisClient } from '@spillway/redis'
import { Cluster, Redis } from 'ioredis'
import { createCluster } from 'redis'
import { expect, test } from 'vitest'
import { redisServer, type RedisServer, type RedisTest } from './redis-server.ts'

/** A cluster of one node, which refuses a script whose keys are in several slots as any cluster does. */
const cluster = async (context: RedisTest): Promise<RedisServer> => {
  const server = await redisServer(context, {
    args: ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'],
  })
  const admin = new Redis(server.url)
  await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
  await expect.poll(() => admin.call('CLUSTER', 'INFO')).toContain('cluster_state:ok')
  admin.disconnect()
  return server
}

const clients: readonly { name: string; open: (context: RedisTest, server: RedisServer) => Promise<RedisClient> }[] = [
  {
    name: 'ioredis',
    async open({ onTestFinished }, { port }) {
      const client = new Cluster([{ host: '127.0.0.1', port }])
      client.on('error', () => undefined)
      onTestFinished(() => client.disconnect())
      return client
    },
  },
  {
    name: 'node-redis',
    async open({ onTestFinished }, { url }) {
      const client = createCluster({ rootNodes: [{ url }] })
      client.on('error', () => undefined)
      onTestFinished(() => client.destroy())
      await client.connect()
      return client
    },
  },
]

test.for(clients)('quotas work on a cluster, through the cluster client of $name', async ({ open }, context) => {
  const server = await cluster(context)
  const redis = redisConnection(await open(context, server), { deadlineMs: 5000 })
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
