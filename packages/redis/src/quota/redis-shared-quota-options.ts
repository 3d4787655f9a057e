import { checkKnown, checkNumber, checkOneOf, InvalidOptionsError } from '@spillway/core'
import type { WhenDown } from '../when-down.ts'

/** Options of {@link redisSharedQuota}. */
export interface RedisSharedQuotaOptions {
  /** Which quotas: two stores of one name are one. Partitions have names of their own within it. @default 'default' */
  readonly name?: string
  /**
   * What happens while Redis cannot be asked. `local`: each process goes on with its share of the quotas, spent evenly;
   * `refuse`: calls are refused. @default 'local'
   */
  readonly whenDown?: WhenDown
  /**
   * The share of a process while Redis cannot be asked: above 0, up to 1. @default one through the processes that lived when
   * Redis was asked last
   */
  readonly share?: number | undefined
  /** How often a process that has spent something tells that it lives, in milliseconds: above 0. @default 2000 */
  readonly beatMs?: number
}

/** What {@link redisSharedQuota} takes where an option is left out. */
export const REDIS_SHARED_QUOTA_DEFAULTS: Required<RedisSharedQuotaOptions> = {
  name: 'default',
  whenDown: 'local',
  share: undefined,
  beatMs: 2000,
}

/** @throws InvalidOptionsError when an option is out of its range or not known */
export const checkSharedQuota = (options: RedisSharedQuotaOptions): Required<RedisSharedQuotaOptions> => {
  checkKnown('redisSharedQuota', options, Object.keys(REDIS_SHARED_QUOTA_DEFAULTS))
  const resolved = { ...REDIS_SHARED_QUOTA_DEFAULTS, ...options }
  const { name, share } = resolved
  if (typeof name !== 'string') throw new InvalidOptionsError('redisSharedQuota.name', typeof name, 'a text')
  checkOneOf('redisSharedQuota.whenDown', resolved.whenDown, ['local', 'refuse'])
  if (share !== undefined) checkNumber('redisSharedQuota.share', share, { min: Number.MIN_VALUE, max: 1 })
  checkNumber('redisSharedQuota.beatMs', resolved.beatMs, { min: Number.MIN_VALUE })
  return resolved
}
