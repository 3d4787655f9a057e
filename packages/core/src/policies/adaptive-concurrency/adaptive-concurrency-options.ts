import type { CallContext } from '../../kernel/call-context.ts'
import { byEndpoint, type PartitionKey } from '../../kernel/endpoint.ts'
import type { Outcome } from '../../kernel/outcome.ts'
import type { QueueOrder } from '../../kernel/queue-order.ts'
import { aimdLimit } from './aimd-limit.ts'
import type { Limit } from './limit.ts'

/** Options of {@link adaptiveConcurrency}. */
export interface AdaptiveConcurrencyOptions {
  /** Appears in events, errors and descriptions. @default 'adaptiveConcurrency' */
  readonly name?: string
  /** Makes the limit that learns: one for each partition. @default () => aimdLimit() */
  readonly limit?: () => Limit
  /**
   * The latency that the limit learns from, where it is not the time to the first content or the whole answer, in
   * milliseconds: per output token, say. Asked for answers only. `aimdLimit` needs none. @default none
   */
  readonly latencyOf?: (outcome: Outcome<unknown>, latencyMs: number, context: CallContext) => number
  /**
   * The pace while an endpoint is overloaded, in milliseconds, spread by half to both sides: in so long as many attempts
   * are sent as it works on, and one at least. 0 for no pace. @default 2000
   */
  readonly paceMs?: number
  /** The share of recent attempts answered `overloaded` above which the pace is kept, from 0 to 1. @default 0.3 */
  readonly paceAboveRatio?: number
  /** How many may wait: an integer from 0, or `Infinity`. @default Infinity */
  readonly queueLimit?: number
  /** The longest wait in milliseconds; the call's own deadline bounds it in any case. @default Infinity */
  readonly maxWaitMs?: number
  /** Who goes first. @default 'deadline' */
  readonly order?: QueueOrder
  /** Which share of the state an attempt uses. @default the endpoint's name */
  readonly partitionKey?: PartitionKey
  /** How many partitions are remembered: an integer from 1. @default 1000 */
  readonly maxPartitions?: number
}

/** What {@link adaptiveConcurrency} takes where an option is left out. */
export const ADAPTIVE_CONCURRENCY_DEFAULTS: Required<Omit<AdaptiveConcurrencyOptions, 'latencyOf'>> = {
  name: 'adaptiveConcurrency',
  limit: () => aimdLimit(),
  paceMs: 2000,
  paceAboveRatio: 0.3,
  queueLimit: Infinity,
  maxWaitMs: Infinity,
  order: 'deadline',
  partitionKey: byEndpoint,
  maxPartitions: 1000,
}
