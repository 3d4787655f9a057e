import type { Outcome } from '../../kernel/outcome.ts'
import type { RetryBudget } from '../../primitives/retry-budget.ts'
import type { Backoff } from './backoff.ts'
import type { Jitter } from './jitter.ts'

/** Options of {@link retry}. */
export interface RetryOptions {
  /** Appears in events and descriptions. @default 'retry' */
  readonly name?: string
  /**
   * How often the operation is tried, the first time included: an integer from 1, or `Infinity` for as long as the
   * deadline allows. @default Infinity
   */
  readonly maxAttempts?: number
  /**
   * The delays between attempts; any backoff of cockatiel fits. @default by verdict: `overloaded` 2 s, `throttled` 1 s
   * doubling to 30 s, `transient` 0.5 s doubling to 30 s
   */
  readonly backoff?: Backoff
  /**
   * How a delay is spread by chance, after the cap: 2 s become 1 to 3 s (`symmetric`), 1 to 2 s (`equal`), 0 to 2 s
   * (`full`), 2 s (`none`), or up to three times the last wait (`decorrelated`).
   * @default 'symmetric', and 'none' with a `backoff` of your own
   */
  readonly jitter?: Jitter
  /** How often an `empty` answer is asked for again: each may be billed. An integer from 0. @default 2 */
  readonly maxRerolls?: number
  /** Decides instead of the verdict whether an outcome is tried again. Never asked about what the caller ended. */
  readonly shouldHandle?: (outcome: Outcome<unknown>) => boolean
  /**
   * Which outcomes use up one of `maxAttempts`. A try that does not is repeated after 100 ms at least, so that none
   * loops without a wait. @default all but refusals by Spillway itself (`rejected`): nobody was asked
   */
  readonly countsAttempt?: (outcome: Outcome<unknown>) => boolean
  /** What tries after the first draw from, shared with whoever else asks the same provider. @default none */
  readonly budget?: RetryBudget
}

/** What {@link retry} takes where an option is left out. */
export const RETRY_DEFAULTS: {
  readonly name: string
  readonly maxAttempts: number
  readonly jitter: Jitter
  readonly maxRerolls: number
} = { name: 'retry', maxAttempts: Infinity, jitter: 'symmetric', maxRerolls: 2 }
