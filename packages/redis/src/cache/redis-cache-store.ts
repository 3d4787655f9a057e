import { checkConnection } from '../connection/check-connection.ts'
import type { CacheStore, Leases } from '@spillway/core'
import type { RedisConnection } from '../connection/redis-connection.ts'
import { redisLeases } from '../leases/redis-leases.ts'
import { asText, fromText } from './kept-value.ts'
import { checkRedisCacheStore, type RedisCacheStoreOptions } from './redis-cache-store-options.ts'
import { OPEN, sealWith } from './seal.ts'

/** A store that processes share, and the leases by which one of them asks for all. */
export interface RedisCacheStore extends CacheStore {
  readonly leases: Leases
}

/**
 * Answers that processes share, for the option `store` of core's `cache`: one process asks, the others get what it stored, or
 * wait for it.
 *
 * Keys stand in Redis as hashes, answers as what they are: give `encryptionKey` where others read that Redis. Plain data and
 * `Uint8Array`s are kept; what would come back as something else is not. Everything expires. While Redis is not asked, each
 * process goes by itself.
 *
 * ```ts no-run
 * import { cache, pipeline } from '@spillway/core'
 * import { redisCacheStore, redisConnection } from '@spillway/redis'
 * import { Redis } from 'ioredis'
 *
 * // Pictures take longer than counters: a connection with a deadline of its own.
 * const redis = redisConnection(new Redis('redis://localhost:6379'), { name: 'redis for pictures', deadlineMs: 1000 })
 * const pictures = pipeline([cache({ store: redisCacheStore(redis, { namespace: 'acme' }), storeTimeoutMs: 1000 })])
 * ```
 *
 * @throws InvalidOptionsError when an option is out of its range, not known, or `namespace` is left out
 */
export const redisCacheStore = (redis: RedisConnection, options: RedisCacheStoreOptions): RedisCacheStore => {
  const { namespace, maxBytes, maxAgeMs, encryptionKey } = checkRedisCacheStore(options)
  checkConnection('redisCacheStore.redis', redis)
  const keyOf = (key: string): string => redis.keyOf('cache', `${namespace.length} ${namespace} ${key}`)
  // A copy: what its owner does with the bytes afterwards is nothing to us.
  const seal = encryptionKey === undefined ? OPEN : sealWith(Uint8Array.from(encryptionKey))
  return {
    leases: redisLeases(redis, `cache ${namespace}`),
    async get(key) {
      if (!redis.available) return undefined
      const place = keyOf(key)
      const found = await redis.get(place)
      if (found === undefined) return undefined
      try {
        return fromText(seal.open(found, place))
      } catch {
        // Somebody else's, or closed with another key.
        return undefined
      }
    },
    async set(key, value, ttlMs = Infinity) {
      if (!redis.available) return false
      const place = keyOf(key)
      const text = seal.close(asText(value), place)
      if (Buffer.byteLength(text) > maxBytes) return false
      await redis.set(place, text, Math.max(1, Math.ceil(Math.min(ttlMs, maxAgeMs))))
      return true
    },
    async delete(key) {
      await redis.delete(keyOf(key))
    },
  }
}
