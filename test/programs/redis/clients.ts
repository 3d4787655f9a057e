import type { RedisClient } from '@spillway/redis'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import type { RedisTest } from './redis-server.ts'

/** Opens a client that is closed with the test. */
export interface ClientKind {
  readonly name: string
  readonly open: (context: Pick<RedisTest, 'onTestFinished'>, url: string) => Promise<RedisClient>
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
