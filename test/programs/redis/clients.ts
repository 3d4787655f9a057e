import type { RedisClient } from '@spillway/redis'
import { Cluster, Redis } from 'ioredis'
import { createClient, createCluster } from 'redis'
import type { RedisTest } from './redis-server.ts'

/** Opens a client that is closed with the test. */
export interface ClientKind {
  readonly name: string
  readonly open: (context: Pick<RedisTest, 'onTestFinished'>, url: string) => Promise<RedisClient & Closable>
}

interface Closable {
  /** Ends all of its connections. */
  readonly quit: () => Promise<unknown>
}

const nodeRedis = (protocol: 2 | 3): ClientKind => ({
  name: `node-redis, RESP ${protocol}`,
  async open({ onTestFinished }, url) {
    const client = createClient({ url, RESP: protocol, socket: { reconnectStrategy: 20 } })
    client.on('error', () => undefined)
    onTestFinished(() => client.destroy())
    await client.connect()
    return client
  },
})

/** Whatever talks to Redis does so through each of these. */
export const clients: readonly ClientKind[] = [
  {
    name: 'ioredis',
    async open({ onTestFinished }, url) {
      const client = new Redis(url, { retryStrategy: () => 20, lazyConnect: true })
      client.on('error', () => undefined)
      onTestFinished(() => client.disconnect())
      await client.connect()
      return client
    },
  },
  nodeRedis(2),
  nodeRedis(3),
]

/** The same for a cluster, of which the URL names one node. */
export const clusterClients: readonly ClientKind[] = [
  {
    name: 'ioredis, Cluster',
    async open({ onTestFinished }, url) {
      const client = new Cluster([url], { clusterRetryStrategy: () => 50 })
      client.on('error', () => undefined)
      onTestFinished(() => client.disconnect())
      return client
    },
  },
  {
    name: 'node-redis, createCluster',
    async open({ onTestFinished }, url) {
      const client = createCluster({ rootNodes: [{ url }], defaults: { socket: { reconnectStrategy: 20 } } })
      client.on('error', () => undefined)
      onTestFinished(() => client.destroy())
      await client.connect()
      return client
    },
  },
]
