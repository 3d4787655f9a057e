import type { SharedQuota } from '@spillway/batch'
import { redisConnection, redisSharedQuota } from '@spillway/redis'

/** A process that is not heard of for so long shares no quota any more. */
const WIRE_MS = 2000

/** The quotas of all workers of a queue, counted by its Redis. PostgreSQL counts none. */
export const openQuota = async (url: string, prefix: string, name: string): Promise<SharedQuota | undefined> => {
  if (!url.startsWith('redis')) return undefined
  const { Redis } = await import('ioredis')
  const client = new Redis(url, { connectTimeout: WIRE_MS })
  // Whoever counts decides what is to be done while Redis is away, and the queue says that it is.
  client.on('error', () => {})
  return {
    store: redisSharedQuota(redisConnection(client, { prefix }), { name }),
    close: () => client.disconnect(),
  }
}
