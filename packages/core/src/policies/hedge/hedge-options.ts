import type { CallContext } from '../../kernel/call-context.ts'
import type { RetryBudget } from '../../primitives/retry-budget.ts'

/**
 * Options of {@link hedge}. With neither `delayMs` nor `delayQuantile` it waits for evidence that an attempt is lost: an
 * attempt that was sent later to the same endpoint has answered and this one has been silent for longer than 95 % of the
 * recent answers took, or it has been silent for 2.5 times as long.
 */
export interface HedgeOptions {
  /** Appears in events and descriptions. @default 'hedge' */
  readonly name?: string
  /**
   * A second attempt after so many milliseconds of silence, from 0. With `delayQuantile`: the least delay, and the one
   * that holds until 20 answers are known. @default none
   */
  readonly delayMs?: number
  /**
   * A second attempt after the time in which this share of the recent answers came: above 0, below 1. @default none
   */
  readonly delayQuantile?: number
  /** How many attempts a call may be given in this way: an integer from 0. @default 1 */
  readonly maxHedges?: number
  /**
   * How many of 100 calls may be given one, as a share from 0 to 1. What is not used is saved up, for ten at most; one is
   * free at the start. @default 0.1
   */
  readonly budgetRatio?: number
  /** A purse shared with retry, which has to cover a hedge as well as `budgetRatio` does. @default none */
  readonly budget?: RetryBudget
  /**
   * Whether it may go to the endpoint that the call is asking already, where no other can take it. `false`: to another
   * one or none. @default true
   */
  readonly sameEndpoint?: boolean
  /**
   * Whether the operation may run twice at the same time: each run may be billed. Asked when a call is about to be given
   * another attempt, and not of calls that are `repeatable: false`. @default yes, as for retry
   */
  readonly shouldHedge?: (context: CallContext) => boolean
}

/** What {@link hedge} takes where an option is left out. */
export const HEDGE_DEFAULTS: {
  readonly name: string
  readonly maxHedges: number
  readonly budgetRatio: number
  readonly sameEndpoint: boolean
} = { name: 'hedge', maxHedges: 1, budgetRatio: 0.1, sameEndpoint: true }
