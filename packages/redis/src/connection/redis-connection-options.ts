import { checkFunction, checkKnown, checkNumber, InvalidOptionsError, systemClock, systemRandom } from '@spillway/core'
import type { Clock, Random } from '@spillway/core'

/** Options of {@link redisConnection}. */
export interface RedisConnectionOptions {
  /** Appears in events and errors. @default 'redis' */
  readonly name?: string
  /** What all keys begin with: letters, digits, `_`, `-`, `.` and `:`. Services that share nothing have different ones. @default 'spillway' */
  readonly prefix?: string
  /**
   * Names of partitions, users and requests stand in keys as hashes. With a secret of yours, the same in all processes, nobody
   * who reads Redis can find one by trying. @default none
   */
  readonly secret?: string | undefined
  /** How long Redis may take to answer, in milliseconds: above 0. @default 100 */
  readonly deadlineMs?: number
  /**
   * How many failures in a row, an integer from 1, until Redis is not asked any more. One probe at a time finds out when it is
   * back. @default 3
   */
  readonly failures?: number
  /** The longest time between two probes, in milliseconds: above 0. The first comes after half a second. @default 10000 */
  readonly maxProbeMs?: number
  /** Source of time. @default systemClock */
  readonly clock?: Clock
  /** Chance for the times between probes. @default systemRandom */
  readonly random?: Random
}

/** What {@link redisConnection} takes where an option is left out. */
export const REDIS_CONNECTION_DEFAULTS: Required<RedisConnectionOptions> = {
  name: 'redis',
  prefix: 'spillway',
  secret: undefined,
  deadlineMs: 100,
  failures: 3,
  maxProbeMs: 10_000,
  clock: systemClock,
  random: systemRandom,
}

/** @throws InvalidOptionsError when an option is out of its range or not known */
export const checkConnectionOptions = (options: RedisConnectionOptions): Required<RedisConnectionOptions> => {
  checkKnown('redisConnection', options, Object.keys(REDIS_CONNECTION_DEFAULTS))
  const resolved = { ...REDIS_CONNECTION_DEFAULTS, ...options }
  const { name, prefix, secret } = resolved
  if (typeof name !== 'string' || name === '') throw new InvalidOptionsError('redisConnection.name', name, 'a word')
  if (typeof prefix !== 'string' || !/^[\w.:-]+$/.test(prefix))
    throw new InvalidOptionsError('redisConnection.prefix', prefix, 'letters, digits, _, -, . and :')
  if (secret !== undefined && (typeof secret !== 'string' || secret === ''))
    throw new InvalidOptionsError('redisConnection.secret', typeof secret, 'a text that is not empty')
  checkNumber('redisConnection.deadlineMs', resolved.deadlineMs, { min: Number.MIN_VALUE })
  checkNumber('redisConnection.failures', resolved.failures, { min: 1, integer: true })
  checkNumber('redisConnection.maxProbeMs', resolved.maxProbeMs, { min: Number.MIN_VALUE })
  checkFunction('redisConnection.random', resolved.random)
  return resolved
}
