import type { CallContext } from '../../kernel/call-context.ts'
import { checkDuration, checkFunction, checkKnown, checkNumber, checkOneOf } from '../../kernel/check-options.ts'
import { byEndpoint, type PartitionKey } from '../../kernel/endpoint.ts'
import { InvalidOptionsError } from '../../kernel/invalid-options-error.ts'
import type { Outcome } from '../../kernel/outcome.ts'
import { QUEUE_ORDERS, type QueueOrder } from '../../kernel/queue-order.ts'
import type { DailyReset } from './calendar-reset.ts'
import type { Costs } from './costs.ts'
import type { PastUse } from './past-use.ts'
import type { SharedQuotaStore } from './shared-quota-store.ts'

/** So many permits in any period. */
export interface PeriodQuota {
  /** What it counts: `requests`, `tokens`, `images`, or any word that `cost` or the provider's usage names. @default 'requests' */
  readonly unit?: string
  /** Permits per period: above 0. */
  readonly permits: number
  /** The period in milliseconds: above 0. It slides: no window of that length sees more. @default 60000 */
  readonly periodMs?: number
  /** The period as a word, in the place of `periodMs`. @default none */
  readonly per?: 'second' | 'minute' | 'hour' | 'day'
  /**
   * Beside `per: 'day'`: the permits come back all at once when the provider's day begins there, instead of sliding.
   * `hour` is an integer from 0 to 23. @default none
   */
  readonly resetAt?: DailyReset
  /**
   * `bursty`: as fast as the permits last. `smooth`: one each period / permits, after a pause up to a tenth of them at
   * once. @default 'bursty'
   */
  readonly pace?: 'bursty' | 'smooth'
}

/** So many calls at work at once, beside the quotas of a time. */
export interface ConcurrencyQuota {
  /** How many attempts may be at work at once: an integer from 1. With a `store`, of all its processes together. */
  readonly maxConcurrency: number
  /**
   * After how many milliseconds, above 0, the attempts of a process that has died are counted no more, where a `store` counts for
   * several. A process that lives says so three times as often. @default 30000
   */
  readonly leaseMs?: number
}

/** A limit to keep: permits in a time, or places for what is at work. */
export type Quota = PeriodQuota | ConcurrencyQuota

/** Options of {@link rateLimit}. */
export interface RateLimitOptions {
  /** Appears in events, errors and descriptions. @default 'rateLimit' */
  readonly name?: string
  /**
   * The limits to keep, all at once: permits in a time, and at most one of what is at work. A function gives each
   * partition its own; an empty list only obeys the server's hints. @default []
   */
  readonly quotas?: readonly Quota[] | ((partition: string) => readonly Quota[])
  /**
   * What a call costs before it runs: a number of `requests`, or an estimate for each unit, 0 or more. Units it does not
   * name cost nothing, `requests` cost 1. Asked once a call. @default 1
   */
  readonly cost?: (context: CallContext) => Costs
  /**
   * What an attempt has really cost, by unit; `undefined`: what it was estimated at. Asked when it has ended, before what
   * the adapter reports. @default what the adapter reports
   */
  readonly actualCost?: (
    outcome: Outcome<unknown>,
    context: CallContext,
  ) => Readonly<Record<string, number>> | undefined
  /**
   * Whether to learn from the provider: a limit of requests per minute from what it throttles, where none is given, and
   * what is left from what its answers say. @default true
   */
  readonly learn?: boolean
  /** How many may wait for a permit: an integer from 0, or `Infinity`. @default Infinity */
  readonly queueLimit?: number
  /** The longest wait in milliseconds; the call's own deadline bounds it in any case. @default Infinity */
  readonly maxWaitMs?: number
  /** Who goes first. @default 'deadline' */
  readonly order?: QueueOrder
  /** Which share of the permits a call uses. @default the endpoint's name */
  readonly partitionKey?: PartitionKey
  /**
   * How many partitions are remembered: an integer from 1. The one used longest ago is forgotten first, with what it has
   * spent. @default 1000
   */
  readonly maxPartitions?: number
  /**
   * Where the quotas are kept, for pipelines and processes that spend the same ones; pauses that the provider asks for are
   * shared there too. What is learned stays with each. @default this policy's own memory
   */
  readonly store?: SharedQuotaStore | undefined
  /**
   * What was spent before, where that is remembered: a process that is started again goes on as if it had not ended. Not
   * beside a `store`, which remembers by itself. @default nothing
   */
  readonly usedBefore?: readonly PastUse[]
}

/** What {@link rateLimit} takes where an option is left out. */
export const RATE_LIMIT_DEFAULTS: Required<Omit<RateLimitOptions, 'actualCost'>> = {
  name: 'rateLimit',
  quotas: [],
  cost: () => 1,
  learn: true,
  queueLimit: Infinity,
  maxWaitMs: Infinity,
  order: 'deadline',
  partitionKey: byEndpoint,
  maxPartitions: 1000,
  store: undefined,
  usedBefore: [],
}

/** What {@link rateLimit} works with. */
type ResolvedRateLimitOptions = typeof RATE_LIMIT_DEFAULTS & Pick<RateLimitOptions, 'actualCost'>

/** @throws InvalidOptionsError when an option is out of its range or not known */
export const checkRateLimit = (options: RateLimitOptions): ResolvedRateLimitOptions => {
  checkKnown('rateLimit', options, [...Object.keys(RATE_LIMIT_DEFAULTS), 'actualCost'])
  const resolved = { ...RATE_LIMIT_DEFAULTS, ...options }
  const { learn, store, usedBefore } = resolved
  checkFunction('rateLimit.cost', resolved.cost)
  checkFunction('rateLimit.actualCost', resolved.actualCost, true)
  if (typeof learn !== 'boolean') throw new InvalidOptionsError('rateLimit.learn', learn, 'true or false')
  checkFunction('rateLimit.partitionKey', resolved.partitionKey)
  checkNumber('rateLimit.queueLimit', resolved.queueLimit, { min: 0, integer: true, infinite: true })
  checkDuration('rateLimit.maxWaitMs', resolved.maxWaitMs, { infinite: true })
  checkOneOf('rateLimit.order', resolved.order, QUEUE_ORDERS)
  checkNumber('rateLimit.maxPartitions', resolved.maxPartitions, { min: 1, integer: true })
  if (store !== undefined && typeof store?.open !== 'function')
    throw new InvalidOptionsError('rateLimit.store', typeof store, 'a store: an object with a function open()')
  if (store !== undefined && usedBefore !== RATE_LIMIT_DEFAULTS.usedBefore)
    throw new InvalidOptionsError(
      'rateLimit.usedBefore',
      usedBefore,
      'left out beside a store, which remembers by itself',
    )
  return resolved
}
