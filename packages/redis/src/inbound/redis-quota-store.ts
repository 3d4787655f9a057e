import { checkConnection } from '../connection/check-connection.ts'
import type { RedisConnection } from '../connection/redis-connection.ts'
import { defineScript } from '../connection/script.ts'

/** A wish for permits, as the `rateLimit` middleware of a host has it. */
export interface CallerWish {
  /** The policy's name: keys of different policies have nothing to do with each other. */
  readonly policy: string
  /** Whose permits. In Redis it is a hash. */
  readonly key: string
  /** How many, 0 or more. With 0 only the level is asked for. */
  readonly cost: number
  /** How many there are in a window. */
  readonly limit: number
  /** The time in which they come back, in milliseconds. */
  readonly windowMs: number
}

/** How much of a quota is left. */
export interface CallerLevel {
  /** Whether the permits were taken. */
  readonly allowed: boolean
  /** Whole permits that are left. */
  readonly remaining: number
  /** Milliseconds until as many as were asked for will be there; 0 where they were taken. */
  readonly readyInMs: number
  /** Milliseconds until all of them will be there. */
  readonly fullInMs: number
}

/** A `QuotaStore` for the `rateLimit` middleware of `@spillway/express` and `@spillway/koa`. */
export interface RedisQuotaStore {
  /** Takes permits, or leaves the level as it is. Rejects with `StoreUnavailableError` where Redis does not answer. */
  readonly take: (wish: CallerWish) => Promise<CallerLevel>
}

/**
 * The generic cell rate algorithm, by the server's clock: of a key the instant is kept at which its quota will be whole. The
 * same as in the memory of one process.
 */
const TAKE = defineScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local cost, limit, windowMs = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local eachMs = windowMs / limit
local from = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
local readyIn = from + math.min(cost, limit) * eachMs - now - windowMs
local allowed = cost == 0 or readyIn <= eachMs / 1000
local fullAt = allowed and from + cost * eachMs or from
if allowed and cost > 0 then
  redis.call('SET', KEYS[1], string.format('%.17g', fullAt), 'PX', math.ceil(fullAt - now) + 1)
end
return cjson.encode({
  allowed = allowed,
  remaining = math.max(0, math.floor((windowMs - (fullAt - now)) / eachMs + 0.001)),
  readyInMs = allowed and 0 or readyIn,
  fullInMs = fullAt - now,
})
`)

/**
 * The limits of your own callers, the same in all processes: for the option `store` of `rateLimit` in `@spillway/express` and
 * `@spillway/koa`. While Redis cannot be asked, that middleware does what its `onStoreError` says.
 *
 * ```ts no-run
 * import { rateLimit } from '@spillway/express'
 * import { redisConnection, redisQuotaStore } from '@spillway/redis'
 * import express from 'express'
 * import { Redis } from 'ioredis'
 *
 * const redis = redisConnection(new Redis('redis://localhost:6379'), { secret: process.env['KEY_SECRET'] })
 * const app = express()
 * app.use(rateLimit({ limit: 100, key: (request) => request.get('x-api-key'), store: redisQuotaStore(redis) }))
 * ```
 */
export const redisQuotaStore = (redis: RedisConnection): RedisQuotaStore => {
  checkConnection('redisQuotaStore.redis', redis)
  return {
    async take({ policy, key, cost, limit, windowMs }) {
      const name = redis.keyOf('limit', JSON.stringify([policy, key]))
      return JSON.parse(String(await redis.run(TAKE, [name], [cost, limit, windowMs].map(String)))) as CallerLevel
    },
  }
}
