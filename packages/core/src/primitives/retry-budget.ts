import type { CallContext } from '../kernel/call-context.ts'
import {
  checkDuration,
  checkFunction,
  checkKnown,
  checkNumber,
  checkOneOf,
  checkRatio,
} from '../kernel/check-options.ts'
import { TRANSIENT, type Verdict } from '../kernel/verdict.ts'
import { WindowedSum } from './windowed-sum.ts'

/** Options of {@link retryBudget}. */
export interface RetryBudgetOptions {
  /** How many of 100 recent calls may be tried again, as a share from 0 to 1. @default 0.2 */
  readonly retryRatio?: number
  /** What may be tried again in any window, however few calls there are: a number of at least 0. @default 10 */
  readonly minRetries?: number
  /** What is recent, in milliseconds above 0. @default 120000 */
  readonly windowMs?: number
  /**
   * What happens to a repetition that is not covered: it waits longer (`slow`), or is not made (`refuse`). Whoever only
   * asks for a second answer, as hedging does, asks for none in either case. @default 'slow'
   */
  readonly whenSpent?: 'slow' | 'refuse'
  /**
   * What a repetition after such a failure costs: a number of at least 0. @default 1, and 0.5 after `throttled` with a
   * hint, because the provider has said when it wants to be asked
   */
  readonly cost?: (verdict: Verdict) => number
}

/** What {@link retryBudget} takes where an option is left out. */
export const RETRY_BUDGET_DEFAULTS: {
  readonly retryRatio: number
  readonly minRetries: number
  readonly windowMs: number
  readonly whenSpent: 'slow' | 'refuse'
} = { retryRatio: 0.2, minRetries: 10, windowMs: 120_000, whenSpent: 'slow' }

/** One purse for everyone who asks a provider again. */
export interface RetryBudget {
  readonly whenSpent: 'slow' | 'refuse'
  /** What it was made with, for logs and tests. */
  readonly options: object
  /** A call has come. Counted once, however many tell. */
  count(context: CallContext): void
  /** Whether a repetition after `verdict` (left out: after silence) is covered now. Asks without side effects. */
  covers(context: CallContext, verdict?: Verdict): boolean
  /**
   * Takes what the repetition costs, covered or not.
   *
   * @returns how many times as long as usual it should wait: 1 while it is covered, then what was spent over what is
   * allowed, at most 10
   */
  spend(context: CallContext, verdict?: Verdict): number
  /** The repetition was not made after all. */
  giveBack(context: CallContext, verdict?: Verdict): void
  /** What it knows now. Plain data. */
  snapshot(): { readonly calls: number; readonly spent: number; readonly allowed: number }
}

/** Beyond tenfold a wait is no wait any more. */
const MAX_SLOWDOWN = 10

const costOf = ({ kind, retryAfterMs }: Verdict): number =>
  kind === 'throttled' && retryAfterMs !== undefined ? 0.5 : 1

/**
 * A budget for repetitions: a share of the recent calls, and a few in any case. Hand the same one to as many policies and
 * pipelines as ask the same provider. Spent, it slows repetitions down; it refuses them only where `whenSpent` says so.
 *
 * Use one where your own load fills the provider. Where other people's does, a budget only loses: its refusals cost the
 * provider nothing, and whoever does not ask gets no answer.
 *
 * ```ts
 * import { pipeline, retry, retryBudget } from '@spillway/core'
 *
 * const budget = retryBudget({ retryRatio: 0.1 })
 * const chat = pipeline([retry({ budget })])
 * const images = pipeline([retry({ budget })])
 * await Promise.all([chat.execute(async () => 'hello'), images.execute(async () => 'an image')])
 * console.log(budget.snapshot()) // => { calls: 2, spent: 0, allowed: 10.2 }
 * ```
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export const retryBudget = (options: RetryBudgetOptions = {}): RetryBudget => {
  checkKnown('retryBudget', options, [...Object.keys(RETRY_BUDGET_DEFAULTS), 'cost'])
  const { retryRatio, minRetries, windowMs, whenSpent } = { ...RETRY_BUDGET_DEFAULTS, ...options }
  const { cost = costOf } = options
  checkRatio('retryBudget.retryRatio', retryRatio)
  checkNumber('retryBudget.minRetries', minRetries, { min: 0 })
  checkDuration('retryBudget.windowMs', windowMs, { min: Number.MIN_VALUE })
  checkOneOf('retryBudget.whenSpent', whenSpent, ['slow', 'refuse'])
  checkFunction('retryBudget.cost', cost)
  const calls = new WindowedSum(windowMs)
  const spent = new WindowedSum(windowMs)
  let lastNow = 0

  const nowOf = ({ call }: CallContext): number => (lastNow = call.clock.now())
  const allowed = (now: number): number => minRetries + retryRatio * calls.total(now)

  const priceOf = (verdict: Verdict, context: CallContext): number => {
    try {
      const price = cost(verdict)
      if (price >= 0 && price < Infinity) return price
      throw new RangeError('A cost must be a number of at least 0.')
    } catch (thrown) {
      context.report('retryBudget.cost', thrown)
      return costOf(verdict)
    }
  }

  const budget: RetryBudget = {
    whenSpent,
    options: { retryRatio, minRetries, windowMs, whenSpent },
    count(context) {
      const { call } = context
      if (call.kept(budget) === true) return
      call.keep(budget, true)
      calls.add(1, nowOf(context))
    },
    covers(context, verdict = TRANSIENT) {
      const now = nowOf(context)
      return spent.total(now) + priceOf(verdict, context) <= allowed(now)
    },
    spend(context, verdict = TRANSIENT) {
      const now = nowOf(context)
      spent.add(priceOf(verdict, context), now)
      // The waits grow with the excess, so that the pace settles between what is asked for and what is allowed.
      const excess = spent.total(now) - allowed(now)
      return excess > 0 ? Math.min(MAX_SLOWDOWN, spent.total(now) / allowed(now)) : 1
    },
    giveBack(context, verdict = TRANSIENT) {
      spent.add(-priceOf(verdict, context), nowOf(context))
    },
    snapshot: () => ({
      calls: calls.total(lastNow),
      spent: Math.max(0, spent.total(lastNow)),
      allowed: allowed(lastNow),
    }),
  }
  return budget
}
