import { checkDuration, checkKnown, checkNumber, checkOneOf } from '../../kernel/check-options.ts'
import { InvalidOptionsError } from '../../kernel/invalid-options-error.ts'
import { QUEUE_ORDERS, type QueueOrder } from '../../kernel/queue-order.ts'

/** Places that ordinary calls leave free. Either `places` or `ratio`. */
export interface BulkheadReserve {
  /** Calls of this priority and above may use them; they wait in a line of their own, which is served first. */
  readonly forPriority: number
  /** How many: an integer from 1, below `maxConcurrency`. @default by `ratio` */
  readonly places?: number
  /** Which share of `maxConcurrency`, rounded up: above 0, below 1. @default by `places` */
  readonly ratio?: number
}

/** Options of {@link bulkhead}. */
export interface BulkheadOptions {
  /** Appears in events, errors and descriptions. @default 'bulkhead' */
  readonly name?: string
  /** How many run at once: an integer from 1. `resize` changes it. @default 64 */
  readonly maxConcurrency?: number
  /** How many may wait: an integer from 0, or `Infinity`. With a reserve, in each of the two lines. @default Infinity */
  readonly queueLimit?: number
  /** The longest wait in milliseconds; the call's own deadline bounds it in any case. @default Infinity */
  readonly maxWaitMs?: number
  /** Who goes first. @default 'deadline' */
  readonly order?: QueueOrder
  /** Places that are kept free for calls of high priority. @default none */
  readonly reserve?: BulkheadReserve | undefined
  /** Lets everybody in, and tells in events marked `dryRun` who would not have found a seat. @default false */
  readonly dryRun?: boolean
}

/** What {@link bulkhead} takes where an option is left out. */
export const BULKHEAD_DEFAULTS: Required<BulkheadOptions> = {
  name: 'bulkhead',
  maxConcurrency: 64,
  queueLimit: Infinity,
  maxWaitMs: Infinity,
  order: 'deadline',
  reserve: undefined,
  dryRun: false,
}

/** @throws InvalidOptionsError when an option is out of its range */
export const checkBulkhead = (options: BulkheadOptions): Required<BulkheadOptions> => {
  checkKnown('bulkhead', options, Object.keys(BULKHEAD_DEFAULTS))
  const resolved = { ...BULKHEAD_DEFAULTS, ...options }
  checkNumber('bulkhead.maxConcurrency', resolved.maxConcurrency, { min: 1, integer: true })
  checkNumber('bulkhead.queueLimit', resolved.queueLimit, { min: 0, integer: true, infinite: true })
  checkDuration('bulkhead.maxWaitMs', resolved.maxWaitMs, { infinite: true })
  checkOneOf('bulkhead.order', resolved.order, QUEUE_ORDERS)
  if (typeof resolved.dryRun !== 'boolean')
    throw new InvalidOptionsError('bulkhead.dryRun', resolved.dryRun, 'true or false')
  if (resolved.reserve !== undefined) checkReserve(resolved.reserve, resolved.maxConcurrency)
  return resolved
}

const checkReserve = (reserve: BulkheadReserve, maxConcurrency: number): void => {
  checkKnown('bulkhead.reserve', reserve, ['forPriority', 'places', 'ratio'])
  const { forPriority, places, ratio } = reserve
  checkNumber('bulkhead.reserve.forPriority', forPriority, {})
  if ((places === undefined) === (ratio === undefined))
    throw new InvalidOptionsError('bulkhead.reserve', reserve, 'given with either places or ratio')
  if (ratio !== undefined && !(typeof ratio === 'number' && ratio > 0 && ratio < 1))
    throw new InvalidOptionsError('bulkhead.reserve.ratio', ratio, 'a ratio above 0 and below 1')
  // Somebody must be left to do the ordinary work.
  if (places !== undefined && !(Number.isInteger(places) && places >= 1 && places < maxConcurrency))
    throw new InvalidOptionsError(
      'bulkhead.reserve.places',
      places,
      `an integer of at least 1 and below maxConcurrency (${maxConcurrency})`,
    )
}
