import type { CallContext } from '../../kernel/call-context.ts'
import { checkFunction, checkKnown, checkNumber, checkOneOf } from '../../kernel/check-options.ts'
import { aborted } from '../../kernel/gate-run.ts'
import { InvalidOptionsError } from '../../kernel/invalid-options-error.ts'
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
  checkKnown('retry', options, ['name', 'maxAttempts', 'backoff', 'jitter', 'maxRerolls', 'shouldHandle'])
  const { name, maxAttempts, maxRerolls } = { ...RETRY_DEFAULTS, ...options }
  const { backoff, shouldHandle, jitter = backoff === undefined ? RETRY_DEFAULTS.jitter : 'none' } = options
  checkNumber('retry.maxAttempts', maxAttempts, { min: 1, integer: true, infinite: true })
  checkNumber('retry.maxRerolls', maxRerolls, { min: 0, integer: true, infinite: true })
  checkOneOf('retry.jitter', jitter, JITTERS)
  checkFunction('retry.shouldHandle', shouldHandle, true)
  if (backoff !== undefined && typeof backoff?.next !== 'function')
    throw new InvalidOptionsError('retry.backoff', backoff, 'a backoff: an object with a function next()')
  const answers = new MovingQuantile(ANSWERS_REMEMBERED)

  const handles = (outcome: Outcome<unknown>, context: CallContext): boolean => {
    // Somebody reads a stream already: it cannot be taken back.
    if (outcome.body !== undefined || outcome.verdict.kind === 'canceled') return false
    if (shouldHandle === undefined) return RETRIED.has(outcome.verdict.kind)
    try {
      return shouldHandle(outcome)
    } catch (thrown) {
      context.report(`${name}.shouldHandle`, thrown)
      return RETRIED.has(outcome.verdict.kind)
    }
  }

  const again = async <R>(first: Outcome<R>, next: Next<R>, context: CallContext): Promise<Outcome<R>> => {
    const delays = new Delays({ name, backoff, jitter })
    let outcome = first
    let rerolls = 0
    for (let attempts = 1; ; attempts++) {
      if (context.aborted) return aborted(context.reason)
      if (!handles(outcome, context)) return learned(outcome, context)
      const { kind, retryAfterMs } = outcome.verdict
      const hint = retryAfterMs === undefined ? {} : { retryAfterMs }
      const stop = (reason: RetryExhausted['reason']): Outcome<R> => {
        context.emit<RetryExhausted>({ type: 'retry.exhausted', policy: name, reason, verdict: kind, ...hint })
        return outcome
      }
      if (attempts >= maxAttempts) return stop('attempts')
      if (kind === 'empty' && rerolls++ >= maxRerolls) return stop('rerolls')
      const delayMs = delays.next(outcome, attempts, context)
      if (delayMs + (answers.quantile(0.5) ?? 0) >= context.remainingMs()) return stop('deadline')
      context.emit<RetryScheduled>({ type: 'retry.scheduled', policy: name, delayMs, verdict: kind, ...hint })
      if (delayMs > 0) await context.sleep(delayMs)
      if (context.aborted) return aborted(context.reason)
      outcome = await next(context)
    }
  }

  const learned = <R>(outcome: Outcome<R>, context: CallContext): Outcome<R> => {
    if (outcome.verdict.kind === 'success' && context.call.answerMs > 0) answers.add(context.call.answerMs)
    return outcome
  }

  return {
    name,
    kind: 'retry',
    options: { name, maxAttempts, maxRerolls, jitter, ...(backoff === undefined ? {} : { backoff }) },
    react: (outcome, next, context) =>
      outcome.verdict.kind === 'success' && shouldHandle === undefined
        ? learned(outcome, context)
        : again(outcome, next, context),
    snapshot: () => ({ answerMs: answers.quantile(0.5) }),
  }
}
