import type { QueueOrder } from '../../kernel/queue-order.ts'

/** Options of {@link bulkhead}. */
export interface BulkheadOptions {
  /** Appears in events, errors and descriptions. @default 'bulkhead' */
  readonly name?: string
  /** How many run at once: an integer from 1. @default 64 */
  readonly maxConcurrency?: number
  /** How many may wait: an integer from 0, or `Infinity`. @default Infinity */
  readonly queueLimit?: number
  /** The longest wait in milliseconds; the call's own deadline bounds it in any case. @default Infinity */
  readonly maxWaitMs?: number
  /** Who goes first. @default 'deadline' */
  readonly order?: QueueOrder
}

/** What {@link bulkhead} takes where an option is left out. */
export const BULKHEAD_DEFAULTS: Required<BulkheadOptions> = {
  name: 'bulkhead',
  maxConcurrency: 64,
  queueLimit: Infinity,
  maxWaitMs: Infinity,
  order: 'deadline',
}
