import type { Endpoint } from '../../kernel/endpoint.ts'
import type { QueueOrder } from '../../kernel/queue-order.ts'

/** Options of {@link failover}. */
export interface FailoverOptions<E extends Endpoint = Endpoint> {
  /** Appears in events, errors and descriptions. @default 'failover' */
  readonly name?: string
  /** The places that can serve a call, preferred ones first. At least one; names are unique. */
  readonly endpoints: readonly E[]
  /**
   * `ranked`: the one that is expected to answer first, the earlier in the list among equals. `ordered`: the first in the
   * list that can be asked now. @default 'ranked'
   */
  readonly order?: 'ranked' | 'ordered'
  /**
   * How many calls may wait while no endpoint can take one: an integer from 0, or `Infinity`. @default Infinity
   */
  readonly queueLimit?: number
  /** Who goes first among those that wait. @default 'deadline' */
  readonly queueOrder?: QueueOrder
}

/** What {@link failover} takes where an option is left out. */
export const FAILOVER_DEFAULTS: {
  readonly name: string
  readonly order: 'ranked' | 'ordered'
  readonly queueLimit: number
  readonly queueOrder: QueueOrder
} = { name: 'failover', order: 'ranked', queueLimit: Infinity, queueOrder: 'deadline' }
