import type { IBackoff } from 'cockatiel'
import type { CallContext } from '../../kernel/call-context.ts'
import { checkFunction, checkKnown, checkNumber, checkRatio } from '../../kernel/check-options.ts'
import { errorName, type DiagnosticReported } from '../../kernel/events.ts'
import { aborted } from '../../kernel/gate-run.ts'
import { InvalidOptionsError } from '../../kernel/invalid-options-error.ts'
import type { Outcome } from '../../kernel/outcome.ts'
import type { Next, Policy } from '../../kernel/policy.ts'
import type { VerdictKind } from '../../kernel/verdict.ts'
import { MovingQuantile } from '../../primitives/moving-quantile.ts'
import { DEFAULT_BACKOFFS, type Backoff, type RetryBackoffContext } from './backoff.ts'
import type { RetryExhausted, RetryScheduled } from './retry-events.ts'
import { RETRY_DEFAULTS, type RetryOptions } from './retry-options.ts'

/** How many recent answers say how long one takes. */
const ANSWERS_REMEMBERED = 32

/** A wait the server asked for is stretched by up to this share, so that callers with the same hint do not return together. */
const HINT_SPREAD_RATIO = 0.2

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
 * const calls = pipeline([retry({ maxAttempts: 3, jitterRatio: 0 })])
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
export const retry = (options: RetryOptions = {}): Policy => {
  checkKnown('retry', options, ['name', 'maxAttempts', 'backoff', 'jitterRatio', 'maxRerolls', 'shouldHandle'])
  const { name, maxAttempts, maxRerolls } = { ...RETRY_DEFAULTS, ...options }
  const { backoff, shouldHandle, jitterRatio = backoff === undefined ? RETRY_DEFAULTS.jitterRatio : 0 } = options
  checkNumber('retry.maxAttempts', maxAttempts, { min: 1, integer: true, infinite: true })
  checkNumber('retry.maxRerolls', maxRerolls, { min: 0, integer: true, infinite: true })
  checkRatio('retry.jitterRatio', jitterRatio)
  checkFunction('retry.shouldHandle', shouldHandle, true)
  if (backoff !== undefined && typeof backoff.next !== 'function')
    throw new InvalidOptionsError('retry.backoff', backoff, 'a backoff: an object with a function next()')
  const answers = new MovingQuantile(ANSWERS_REMEMBERED)

  const handles = (outcome: Outcome<unknown>, context: CallContext): boolean => {
    if (shouldHandle === undefined) return RETRIED.has(outcome.verdict.kind)
    try {
      return shouldHandle(outcome)
    } catch (thrown) {
      context.emit<DiagnosticReported>({
        type: 'diagnostic.reported',
        source: `${name}.shouldHandle`,
        errorName: errorName(thrown),
      })
      return RETRIED.has(outcome.verdict.kind)
    }
  }

  const again = async <R>(first: Outcome<R>, next: Next<R>, context: CallContext): Promise<Outcome<R>> => {
    const delays = new Delays(backoff)
    let outcome = first
    let rerolls = 0
    for (let attempts = 1; handles(outcome, context); attempts++) {
      if (context.aborted) return aborted(context.reason)
      const { kind, retryAfterMs } = outcome.verdict
      const delayMs = spread(delays.next(outcome, attempts, context), retryAfterMs, jitterRatio, context)
      const stop =
        attempts >= maxAttempts
          ? 'attempts'
          : kind === 'empty' && rerolls++ >= maxRerolls
            ? 'rerolls'
            : delayMs + (answers.quantile(0.5) ?? 0) >= context.remainingMs()
              ? 'deadline'
              : undefined
      const hint = retryAfterMs === undefined ? {} : { retryAfterMs }
      if (stop !== undefined) {
        context.emit<RetryExhausted>({ type: 'retry.exhausted', policy: name, reason: stop, verdict: kind, ...hint })
        return outcome
      }
      context.emit<RetryScheduled>({ type: 'retry.scheduled', policy: name, delayMs, verdict: kind, ...hint })
      if (delayMs > 0 && !(await context.sleep(delayMs))) return aborted(context.reason)
      outcome = await next(context)
    }
    return learned(outcome, context)
  }

  const learned = <R>(outcome: Outcome<R>, context: CallContext): Outcome<R> => {
    if (outcome.verdict.kind === 'success' && context.call.answerMs > 0) answers.add(context.call.answerMs)
    return outcome
  }

  return {
    name,
    options: { name, maxAttempts, maxRerolls, jitterRatio },
    execute: (next, context) =>
      next(context).then((outcome) =>
        outcome.verdict.kind === 'success' && shouldHandle === undefined
          ? learned(outcome, context)
          : again(outcome, next, context),
      ),
    snapshot: () => ({ answerMs: answers.quantile(0.5) }),
  }
}

/** The delays of one call: a sequence of its own for each kind of failure, so that one kind does not age another's. */
class Delays {
  readonly #backoff: Backoff | undefined
  readonly #sequences = new Map<VerdictKind | 'any', IBackoff<RetryBackoffContext>>()

  constructor(backoff: Backoff | undefined) {
    this.#backoff = backoff
  }

  next(outcome: Outcome<unknown>, attempt: number, context: CallContext): number {
    const { kind } = outcome.verdict
    const key = this.#backoff === undefined ? kind : 'any'
    const factory = this.#sequences.get(key) ?? this.#backoff ?? DEFAULT_BACKOFFS[kind] ?? DEFAULT_BACKOFFS.transient
    const step = factory?.next({
      attempt,
      get signal() {
        return context.signal
      },
      result: outcome.ok ? { value: outcome.value } : { error: outcome.error },
      verdict: kind,
    })
    if (step === undefined) return 0
    this.#sequences.set(key, step)
    // Backoffs are handed in: one that is empty or has run out of range must not become a timer that fires at once.
    return step.duration > 0 ? step.duration : 0
  }
}

const spread = (delayMs: number, hintMs: number | undefined, jitterRatio: number, context: CallContext): number => {
  const { random } = context.call
  const jittered = jitterRatio === 0 ? delayMs : delayMs * (1 - jitterRatio + 2 * jitterRatio * random())
  return hintMs === undefined ? jittered : Math.max(jittered, hintMs * (1 + HINT_SPREAD_RATIO * random()))
}
