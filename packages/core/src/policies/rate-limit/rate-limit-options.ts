import type { CallContext } from '../../kernel/call-context.ts'
import { byEndpoint, type PartitionKey } from '../../kernel/endpoint.ts'
import type { QueueOrder } from '../../kernel/queue-order.ts'

/** So many permits in any period of so many milliseconds. */
export interface Quota {
  /** Permits per period: above 0. */
  readonly permits: number
  /** The period in milliseconds: above 0. @default 60000 */
  readonly periodMs?: number
}

/** Options of {@link rateLimit}. */
export interface RateLimitOptions {
  /** Appears in events, errors and descriptions. @default 'rateLimit' */
  readonly name?: string
  /**
   * The limits to keep, all at once. A function gives each partition its own; an empty list only obeys the server's
   * hints. @default []
   */
  readonly quotas?: readonly Quota[] | ((partition: string) => readonly Quota[])
  /** What a call costs, in permits, before it runs: 0 or more. Asked once a call. @default 1 */
  readonly cost?: (context: CallContext) => number
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
}

/** What {@link rateLimit} takes where an option is left out. */
export const RATE_LIMIT_DEFAULTS: Required<RateLimitOptions> = {
  name: 'rateLimit',
  quotas: [],
  cost: () => 1,
  queueLimit: Infinity,
  maxWaitMs: Infinity,
  order: 'deadline',
  partitionKey: byEndpoint,
  maxPartitions: 1000,
}
