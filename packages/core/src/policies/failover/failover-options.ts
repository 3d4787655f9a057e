import type { CallContext } from '../../kernel/call-context.ts'
import {
  checkDuration,
  checkFunction,
  checkKnown,
  checkNumber,
  checkOneOf,
  checkRatio,
} from '../../kernel/check-options.ts'
import type { Endpoint } from '../../kernel/endpoint.ts'
import { QUEUE_ORDERS, type QueueOrder } from '../../kernel/queue-order.ts'
import { checkPool } from './check-pool.ts'

/** How an endpoint is chosen of those that can take a call. */
export type EndpointOrder = 'ranked' | 'ordered' | 'weighted'

/** Options of {@link failover}. */
export interface FailoverOptions<E extends Endpoint = Endpoint> {
  /** Appears in events, errors and descriptions. @default 'failover' */
  readonly name?: string
  /** The places that can serve a call, preferred ones first. At least one; names are unique. */
  readonly endpoints: readonly E[]
  /**
   * `ranked`: the one that is expected to answer first, the earlier in the list among equals. `ordered`: the first in the
   * list that can be asked now. `weighted`: at random, by the endpoints' weights. A higher `level` is asked only when
   * none of a lower one can take the call. @default 'ranked'
   */
  readonly order?: EndpointOrder
  /**
   * Whether an endpoint may serve a call: the same model family, context length, data residency. One for which it throws
   * may not. Asked once per endpoint and round. @default every one may
   */
  mayServe?(endpoint: E, context: CallContext): boolean
  /** The most that a call may cost, as endpoints say in `costPerCall`: 0 or more, or `Infinity`. @default Infinity */
  readonly maxCost?: number | ((context: CallContext) => number)
  /**
   * Calls with the same word go where the last of them was answered, while that can take them: for caches on the
   * provider's side. `undefined`: anywhere. @default anywhere
   */
  readonly stickyKey?: (context: CallContext) => string | undefined
  /**
   * How long an endpoint is passed over that cannot serve (a bad key, a missing model) or fails nearly always while
   * another does not, in milliseconds; longer each time in a row, up to five minutes. 0: never. @default 30000
   */
  readonly ejectForMs?: number
  /** The share of the pool that may be passed over for failing more than others: from 0 to 1. @default 0.5 */
  readonly maxEjectedRatio?: number
  /**
   * How many calls may wait while no endpoint can take one: an integer from 0, or `Infinity`. @default Infinity
   */
  readonly queueLimit?: number
  /**
   * From when on a wait is refused at once, in milliseconds: a call is refused as soon as it is known that no endpoint can
   * take it for longer than that, with the time that it would be. For callers that have a better place to wait, such as a
   * queue of jobs. What nobody can foretell is waited for. @default Infinity
   */
  readonly maxKnownWaitMs?: number
  /** Who goes first among those that wait. @default 'deadline' */
  readonly queueOrder?: QueueOrder
}

/** What {@link failover} takes where an option is left out. */
export const FAILOVER_DEFAULTS: {
  readonly name: string
  readonly order: EndpointOrder
  readonly mayServe: undefined
  readonly maxCost: number
  readonly stickyKey: undefined
  readonly ejectForMs: number
  readonly maxEjectedRatio: number
  readonly queueLimit: number
  readonly maxKnownWaitMs: number
  readonly queueOrder: QueueOrder
} = {
  name: 'failover',
  order: 'ranked',
  mayServe: undefined,
  maxCost: Infinity,
  stickyKey: undefined,
  ejectForMs: 30_000,
  maxEjectedRatio: 0.5,
  queueLimit: Infinity,
  maxKnownWaitMs: Infinity,
  queueOrder: 'deadline',
}

type Optional = 'mayServe' | 'stickyKey'

/** With nothing left out but what has no default. */
export type ResolvedFailoverOptions<E extends Endpoint> = Required<Omit<FailoverOptions<E>, Optional>> & {
  readonly [K in Optional]: FailoverOptions<E>[K] | undefined
}

/** @throws InvalidOptionsError when there is no endpoint, two share a name, or an option is out of its range */
export const checkFailover = <E extends Endpoint>(options: FailoverOptions<E>): ResolvedFailoverOptions<E> => {
  checkKnown('failover', options, ['endpoints', ...Object.keys(FAILOVER_DEFAULTS)])
  const resolved = { ...FAILOVER_DEFAULTS, ...options }
  const { maxCost } = resolved
  checkPool(resolved.endpoints)
  checkOneOf('failover.order', resolved.order, ['ranked', 'ordered', 'weighted'])
  checkFunction('failover.mayServe', resolved.mayServe, true)
  if (typeof maxCost !== 'function') checkNumber('failover.maxCost', maxCost, { min: 0, infinite: true })
  checkFunction('failover.stickyKey', resolved.stickyKey, true)
  checkDuration('failover.ejectForMs', resolved.ejectForMs)
  checkRatio('failover.maxEjectedRatio', resolved.maxEjectedRatio)
  checkNumber('failover.queueLimit', resolved.queueLimit, { min: 0, integer: true, infinite: true })
  checkDuration('failover.maxKnownWaitMs', resolved.maxKnownWaitMs, { infinite: true })
  checkOneOf('failover.queueOrder', resolved.queueOrder, QUEUE_ORDERS)
  return resolved
}
