import { checkConnection } from '../connection/check-connection.ts'
import { checkDuration, checkKnown, InvalidOptionsError, type CircuitAdvice, type CircuitCensus } from '@spillway/core'
import { randomUUID } from 'node:crypto'
import type { RedisConnection } from '../connection/redis-connection.ts'
import { redisLeases } from '../leases/redis-leases.ts'
import { EXCHANGE } from './exchange-script.ts'

/** Options of {@link redisCircuitAdvice}. */
export interface RedisCircuitAdviceOptions {
  /** Which breakers advise one another: those with advice of one name. @default 'default' */
  readonly name?: string
  /** After how many milliseconds what a process said is forgotten: from 1000. @default 30000 */
  readonly ttlMs?: number
}

/** What {@link redisCircuitAdvice} takes where an option is left out. */
export const REDIS_CIRCUIT_ADVICE_DEFAULTS: Required<RedisCircuitAdviceOptions> = {
  name: 'default',
  // Twice the longest break: who waits for a probe of another is still counted.
  ttlMs: 30_000,
}

const NOBODY: CircuitCensus = { processes: 0, failing: 0, servedMsAgo: Infinity }

/**
 * What the breakers of several processes tell one another, for the option `advice` of core's `circuitBreaker`. Each process
 * makes one and gives it to all breakers that see the same endpoints: it is the process's voice, and two would be two votes.
 *
 * Redis holds of each process, under a random name, whether it is failing, when it said so and when it was last served, by the
 * server's clock. While Redis is not asked, each breaker goes by itself, as without advice.
 *
 * ```ts no-run
 * import { circuitBreaker, pipeline } from '@spillway/core'
 * import { redisCircuitAdvice, redisConnection } from '@spillway/redis'
 * import { Redis } from 'ioredis'
 *
 * const redis = redisConnection(new Redis('redis://localhost:6379'))
 * const calls = pipeline([circuitBreaker({ advice: redisCircuitAdvice(redis, { name: 'images' }) })])
 * ```
 *
 * @throws InvalidOptionsError when an option is out of its range or not known
 */
export const redisCircuitAdvice = (redis: RedisConnection, options: RedisCircuitAdviceOptions = {}): CircuitAdvice => {
  checkKnown('redisCircuitAdvice', options, Object.keys(REDIS_CIRCUIT_ADVICE_DEFAULTS))
  const { name, ttlMs } = { ...REDIS_CIRCUIT_ADVICE_DEFAULTS, ...options }
  if (typeof name !== 'string') throw new InvalidOptionsError('redisCircuitAdvice.name', typeof name, 'a text')
  checkDuration('redisCircuitAdvice.ttlMs', ttlMs, { min: 1000 })
  checkConnection('redisCircuitAdvice.redis', redis)
  const me = randomUUID()
  return {
    leases: redisLeases(redis, `probe ${name}`),
    async exchange(partition, { failing, served }) {
      if (!redis.available) return NOBODY
      const key = redis.keyOf('advice', `${name.length} ${name} ${partition}`)
      const said = [me, failing ? '1' : '0', served ? '1' : '0', String(Math.ceil(ttlMs))]
      const [processes, failingProcesses, servedMsAgo] = ((await redis.run(EXCHANGE, [key], said)) as unknown[]).map(
        Number,
      ) as [number, number, number]
      return { processes, failing: failingProcesses, servedMsAgo: servedMsAgo < 0 ? Infinity : servedMsAgo }
    },
  }
}
