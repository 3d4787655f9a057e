import type { CallContext } from '../../kernel/call-context.ts'
import { checkFunction, checkKnown } from '../../kernel/check-options.ts'
import { aborted } from '../../kernel/gate-run.ts'
import { InvalidOptionsError } from '../../kernel/invalid-options-error.ts'
import { success, type Outcome } from '../../kernel/outcome.ts'
import type { Reaction } from '../../kernel/policy.ts'
import type { FallbackUsed } from './fallback-events.ts'
import type { Failed, FallbackOptions, FallbackStep } from './fallback-options.ts'

/** What a chain may answer: the answers of all its steps. */
type AnswerOf<S extends readonly FallbackStep<unknown>[]> = Awaited<ReturnType<S[number]>>
type Replaced<R, A> = Outcome<R | A> | Promise<Outcome<R | A>>

const isFailure = ({ verdict: { kind } }: Outcome<unknown>): boolean =>
  kind !== 'success' && kind !== 'request_failed' && kind !== 'canceled'

/**
 * Answers with something else when what is inside has failed: another model, a stored answer, a placeholder.
 *
 * The steps are tried in order; one that throws hands over to the next. When all throw, the caller gets the original
 * failure. Never runs when the caller has left.
 *
 * ```ts
 * import { fallback, pipeline } from '@spillway/core'
 *
 * const calls = pipeline([fallback({ steps: [({ attempts }) => `nothing after ${attempts} attempt`] })])
 * const answer = await calls.execute(async () => {
 *   throw new Error('overloaded')
 * })
 * console.log(answer) // => nothing after 1 attempt
 * ```
 *
 * @throws InvalidOptionsError when there is no step, or one is not a function
 */
export const fallback = <S extends readonly FallbackStep<unknown>[]>(
  options: FallbackOptions<unknown> & { readonly steps: S },
): Reaction<Awaited<ReturnType<S[number]>>> => {
  checkKnown('fallback', options, ['name', 'steps', 'shouldHandle'])
  const { name = 'fallback', steps, shouldHandle = isFailure } = options
  if (!Array.isArray(steps) || steps.length === 0)
    throw new InvalidOptionsError('fallback.steps', steps, 'a list of at least one function')
  for (const [i, step] of steps.entries()) checkFunction(`fallback.steps[${i}]`, step)
  checkFunction('fallback.shouldHandle', shouldHandle)

  const handles = (outcome: Outcome<unknown>, context: CallContext): boolean => {
    // Somebody reads a stream already: nothing can take its place.
    if (outcome.body !== undefined || outcome.verdict.kind === 'canceled') return false
    try {
      return shouldHandle(outcome)
    } catch (thrown) {
      context.report(`${name}.shouldHandle`, thrown)
      return isFailure(outcome)
    }
  }

  /** The answer of the first step, from one on, that gives one: at once where it need not be waited for. */
  const replace = <R>(failed: Failed, outcome: Outcome<R>, index = 0): Replaced<R, AnswerOf<S>> => {
    const step = steps[index]
    if (step === undefined) return outcome
    const { context } = failed
    const next = (thrown: unknown): Replaced<R, AnswerOf<S>> => {
      if (context.aborted) return aborted(context.reason)
      context.report(`${name}.steps[${index}]`, thrown)
      return replace(failed, outcome, index + 1)
    }
    try {
      const answer = step(failed) as AnswerOf<S> | PromiseLike<AnswerOf<S>>
      if (isPromise(answer)) return untilAborted(answer, context).then((late) => used(late, failed, index), next)
      return context.aborted ? aborted(context.reason) : used(answer, failed, index)
    } catch (thrown) {
      return next(thrown)
    }
  }

  const used = (answer: AnswerOf<S>, { context, outcome: { verdict } }: Failed, step: number): Outcome<AnswerOf<S>> => {
    context.emit<FallbackUsed>({ type: 'fallback.used', policy: name, step, verdict: verdict.kind })
    return success(answer)
  }

  return {
    name,
    kind: 'fallback',
    options: { name, steps: steps.length },
    react(outcome, _next, context) {
      const usual = outcome.verdict.kind === 'success' && shouldHandle === isFailure
      if (usual || context.aborted || !handles(outcome, context)) return outcome
      const error = outcome.ok ? undefined : outcome.error
      return replace({ error, outcome, attempts: context.call.attempts, context }, outcome)
    },
  }
}

const isPromise = <F>(answer: F | PromiseLike<F>): answer is PromiseLike<F> =>
  typeof (answer as Partial<PromiseLike<F>> | null | undefined)?.then === 'function'

/** The other answer, or the end of the call, whichever comes first: a step may not listen to the signal. */
const untilAborted = <F>(answer: PromiseLike<F>, context: CallContext): Promise<F> =>
  new Promise((resolve, reject) => {
    const stop = context.onAbort(reject)
    Promise.resolve(answer).then(resolve, reject).finally(stop)
  })
