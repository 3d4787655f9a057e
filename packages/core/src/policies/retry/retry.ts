import type { CallContext } from '../../kernel/call-context.ts'
import { checkFunction, checkKnown, checkNumber, checkOneOf } from '../../kernel/check-options.ts'
import { aborted } from '../../kernel/gate-run.ts'
import { InvalidOptionsError } from '../../kernel/invalid-options-error.ts'
import { mayRepeat } from '../../kernel/may-repeat.ts'
import type { Outcome } from '../../kernel/outcome.ts'
import type { Next, Reaction } from '../../kernel/policy.ts'
import type { VerdictKind } from '../../kernel/verdict.ts'
import { MovingQuantile } from '../../primitives/moving-quantile.ts'
import { Delays } from './delays.ts'
import { JITTERS } from './jitter.ts'
import type { RetryExhausted, RetryScheduled } from './retry-events.ts'
import { RETRY_DEFAULTS, type RetryOptions } from './retry-options.ts'

/** How many recent answers say how long one takes. */
const ANSWERS_REMEMBERED = 32
/** The least wait after a try that does not count, and what a wait of nothing counts as where the budget is spent. */
const LEAST_WAIT_MS = 100
/** One try in so many lets timers, sockets and other calls have their turn, although there is nothing to wait for. */
const TRIES_A_TURN = 32

interface Spent {
  attempts: number
  rerolls: number
}

const RETRIED: ReadonlySet<VerdictKind> = new Set(['overloaded', 'throttled', 'transient', 'empty'])

/**
 * Runs what is inside again after a failure that another try may mend.
 *
 * Waits as long as the server asks at least, never sends an attempt that could not answer before the deadline (judged
 * by the median of recent answers), and gives back the last outcome untouched when it stops.
 *
 * ```ts
 * import { pipeline, retry } from '@spillway/core'
 *
 * const calls = pipeline([retry({ maxAttempts: 3, jitter: 'none' })])
 * let tries = 0
 * const answer = await calls.execute(async () => {
 *   tries++
 *   if (tries === 1) throw new Error('busy')
 *   return 'done'
 * })
 * console.log(answer, tries) // => done 2
 * ```
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export const retry = (options: RetryOptions = {}): Reaction => {
  checkKnown('retry', options, [...Object.keys(RETRY_DEFAULTS), 'backoff', 'shouldHandle', 'countsAttempt', 'budget'])
  const { name, maxAttempts, maxRerolls } = { ...RETRY_DEFAULTS, ...options }
  const { backoff, shouldHandle, countsAttempt, budget } = options
  const { jitter = backoff === undefined ? RETRY_DEFAULTS.jitter : 'none' } = options
  checkNumber('retry.maxAttempts', maxAttempts, { min: 1, integer: true, infinite: true })
  checkNumber('retry.maxRerolls', maxRerolls, { min: 0, integer: true, infinite: true })
  checkOneOf('retry.jitter', jitter, JITTERS)
  checkFunction('retry.shouldHandle', shouldHandle, true)
  checkFunction('retry.countsAttempt', countsAttempt, true)
  if (backoff !== undefined && typeof backoff?.next !== 'function')
    throw new InvalidOptionsError('retry.backoff', backoff, 'a backoff: an object with a function next()')
  if (budget !== undefined && typeof budget?.spend !== 'function')
    throw new InvalidOptionsError('retry.budget', budget, 'a budget made by retryBudget()')
  const answers = new MovingQuantile(ANSWERS_REMEMBERED)

  /** A rule of the user's; what it throws is reported, and the verdict decides. */
  const ask = (
    rule: 'shouldHandle' | 'countsAttempt',
    outcome: Outcome<unknown>,
    context: CallContext,
    byVerdict: boolean,
  ): boolean => {
    try {
      return options[rule]?.(outcome) ?? byVerdict
    } catch (thrown) {
      context.report(`${name}.${rule}`, thrown)
      return byVerdict
    }
  }

  const handles = (outcome: Outcome<unknown>, context: CallContext): boolean => {
    const { kind } = outcome.verdict
    // Somebody reads a stream already: it cannot be taken back.
    if (outcome.body !== undefined || kind === 'canceled') return false
    return ask('shouldHandle', outcome, context, RETRIED.has(kind))
  }

  const again = async <R>(first: Outcome<R>, next: Next<R>, context: CallContext): Promise<Outcome<R>> => {
    const delays = new Delays({ name, backoff, jitter })
    const spent = spentBy(context)
    let outcome = first
    for (let tries = 1; ; tries++) {
      if (context.aborted) return aborted(context.reason)
      if (!handles(outcome, context)) return learned(outcome, context)
      const { verdict } = outcome
      const { kind, retryAfterMs } = verdict
      const about = { policy: name, verdict: kind, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
      const stop = (reason: RetryExhausted['reason']): Outcome<R> => {
        context.emit<RetryExhausted>({ type: 'retry.exhausted', reason, ...about })
        return outcome
      }
      if (!mayRepeat(context, verdict)) return stop('not_repeatable')
      const counts = ask('countsAttempt', outcome, context, kind !== 'rejected')
      if (counts && ++spent.attempts >= maxAttempts) return stop('attempts')
      if (kind === 'empty' && spent.rerolls++ >= maxRerolls) return stop('rerolls')
      const delayMs = Math.max(delays.next(outcome, tries, context), counts ? 0 : LEAST_WAIT_MS)
      const spareMs = context.remainingMs() - (answers.quantile(0.5) ?? 0)
      if (delayMs >= spareMs) return stop('deadline')
      if (budget?.whenSpent === 'refuse' && !budget.covers(context, verdict)) return stop('budget')
      const slowedMs = slowedBy(budget?.spend(context, verdict) ?? 1, delayMs, spareMs)
      const waitMs = delayMs + slowedMs
      const slowed = slowedMs > 0 ? { slowedMs } : {}
      context.emit<RetryScheduled>({ type: 'retry.scheduled', delayMs: waitMs, ...about, ...slowed })
      if (waitMs > 0 || tries % TRIES_A_TURN === 0) await context.sleep(waitMs)
      if (context.aborted) {
        budget?.giveBack(context, verdict)
        return aborted(context.reason)
      }
      outcome = await next(context)
    }
  }

  /** What a call has spent of its tries and re-rolls: executions that are one call share them. */
  const spentBy = ({ call }: CallContext): Spent => {
    if (call.several === undefined) return { attempts: 0, rerolls: 0 }
    const known = call.kept(reaction) as Spent | undefined
    if (known !== undefined) return known
    const spent: Spent = { attempts: 0, rerolls: 0 }
    call.keep(reaction, spent)
    return spent
  }

  const learned = <R>(outcome: Outcome<R>, context: CallContext): Outcome<R> => {
    if (outcome.verdict.kind === 'success' && context.call.answerMs > 0) answers.add(context.call.answerMs)
    return outcome
  }

  const reaction: Reaction = {
    name,
    kind: 'retry',
    options: {
      name,
      maxAttempts,
      maxRerolls,
      jitter,
      ...(backoff === undefined ? {} : { backoff }),
      ...(budget === undefined ? {} : { budget: budget.options }),
    },
    react(outcome, next, context) {
      budget?.count(context)
      return outcome.verdict.kind === 'success' && shouldHandle === undefined
        ? learned(outcome, context)
        : again(outcome, next, context)
    },
    snapshot: () => ({
      answerMs: answers.quantile(0.5),
      ...(budget === undefined ? {} : { budget: budget.snapshot() }),
    }),
  }
  return reaction
}

/** How much longer a spent budget makes a wait: at most until half of the time is gone that there is. */
const slowedBy = (slowdown: number, delayMs: number, spareMs: number): number =>
  slowdown > 1 ? Math.max(0, Math.min(Math.max(delayMs, LEAST_WAIT_MS) * slowdown, spareMs / 2) - delayMs) : 0
