import { checkConnection } from '../connection/check-connection.ts'
import type { SharedQuotaStore } from '@spillway/core'
import type { RedisConnection } from '../connection/redis-connection.ts'
import { PartitionQuota } from './partition-quota.ts'
import { checkSharedQuota, type RedisSharedQuotaOptions } from './redis-shared-quota-options.ts'

/**
 * One quota for all processes, for the option `store` of core's `rateLimit`: none of them is granted what another has spent.
 *
 * Counted by the server's clock, in one step for all quotas. A process that Redis cannot be asked from keeps to its share; what
 * it spends then it tells afterwards, and while those who were alone come back, all go on with their shares.
 *
 * ```ts no-run
 * import { pipeline, rateLimit } from '@spillway/core'
 * import { redisConnection, redisSharedQuota } from '@spillway/redis'
 * import { Redis } from 'ioredis'
 *
 * const redis = redisConnection(new Redis('redis://localhost:6379'))
 * const quotas = [{ permits: 10, periodMs: 61_000 }] // a minute, and a second for wires that differ
 * const images = pipeline([rateLimit({ quotas, store: redisSharedQuota(redis, { name: 'images' }) })])
 * ```
 *
 * @throws InvalidOptionsError when an option is out of its range or not known
 */
export const redisSharedQuota = (redis: RedisConnection, options: RedisSharedQuotaOptions = {}): SharedQuotaStore => {
  checkConnection('redisSharedQuota.redis', redis)
  const resolved = checkSharedQuota(options)
  return {
    open: (partition, quotas, concurrency, freed = () => {}) =>
      new PartitionQuota(redis, partition, quotas, concurrency, resolved, freed),
  }
}
