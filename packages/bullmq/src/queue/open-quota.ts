import { once } from 'node:events'
import type { SharedQuota } from '@spillway/batch'
import { redisConnection, redisSharedQuota } from '@spillway/redis'

/** A picture takes half a minute: a permit may take a moment. */
const DEADLINE_MS = 2000

/** The quotas of all workers of a queue, counted by its Redis. PostgreSQL counts none. */
export const openQuota = async (url: string, prefix: string, name: string): Promise<SharedQuota | undefined> => {
  if (!url.startsWith('redis')) return undefined
  const { Redis } = await import('ioredis')
  const client = new Redis(url)
  // The queue stands on the same server, and says that it is away.
  client.on('error', () => {})
  // Whoever asks before that is taken for a process on its own.
  await once(client, 'ready')
  const redis = redisConnection(client, { prefix, deadlineMs: DEADLINE_MS })
  return {
    // Without the queue there is nothing to make: nobody has to go on alone.
    store: redisSharedQuota(redis, { name, whenDown: 'refuse' }),
    close: () => {
      redis.dispose()
      client.disconnect()
    },
  }
}
