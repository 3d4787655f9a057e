import { checkConnection } from '../connection/check-connection.ts'
import type { Leases } from '@spillway/core'
import type { RedisConnection } from '../connection/redis-connection.ts'
import { defineScript } from '../connection/script.ts'

/** KEYS[1]: the lease; ARGV: its owner, milliseconds. Answers 0, or for how many milliseconds another has it. */
const TAKE = defineScript(`
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then
  local left = redis.call('PTTL', KEYS[1])
  if left > 0 then return left end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 0
`)

/**
 * KEYS[1]: the lease; ARGV: the channel on which that is told, its owner, or nothing where it does not matter who has it.
 * A user of Redis who may not publish gives a lease back all the same.
 */
const RELEASE = defineScript(`
if ARGV[2] and redis.call('GET', KEYS[1]) ~= ARGV[2] then return 0 end
if redis.call('DEL', KEYS[1]) == 0 then return 0 end
redis.pcall('PUBLISH', ARGV[1], '')
return 1
`)

/**
 * Leases that processes share: who does what only one of them should. Timed by the server's clock, and over by themselves.
 *
 * While Redis is not asked at all, nobody can have one but who wants it: each process goes by itself, as without Redis.
 *
 * ```ts no-run
 * import { redisConnection, redisLeases } from '@spillway/redis'
 * import { Redis } from 'ioredis'
 *
 * const leases = redisLeases(redisConnection(new Redis('redis://localhost:6379')), 'nightly report')
 * const othersMs = await leases.take('2026-11-22', 'worker 1', 60_000)
 * console.log(othersMs === 0 ? 'ours' : `of another, for ${othersMs} ms`)
 * ```
 *
 * @param redis over which they are taken; `take` and `release` reject with `StoreUnavailableError` where it does not answer
 * @param name which leases: those of one name are the same
 */
export const redisLeases = (redis: RedisConnection, name: string): Leases => {
  checkConnection('redisLeases.redis', redis)
  const keyOf = (key: string): string => redis.keyOf('lease', `${name.length} ${name} ${key}`)
  return {
    async take(key, owner, leaseMs) {
      if (!redis.available) return 0
      return Number(await redis.run(TAKE, [keyOf(key)], [owner, String(Math.max(1, Math.ceil(leaseMs)))]))
    },
    async release(key, owner) {
      // Its channel has its name.
      const lease = keyOf(key)
      if (redis.available) await redis.run(RELEASE, [lease], owner === undefined ? [lease] : [lease, owner])
    },
    watch: (key, released) => redis.listen(keyOf(key), released),
  }
}
