import {
  isBrokenCircuitError,
  isBulkheadRejectedError,
  isTaskCancelledError,
  type IDefaultPolicyContext,
  type IPolicy,
} from 'cockatiel'
import type { CallContext } from '../../kernel/call-context.ts'
import { checkFunction, checkKnown } from '../../kernel/check-options.ts'
import { judgeError } from '../../kernel/classifier.ts'
import { aborted } from '../../kernel/gate-run.ts'
import { failure, success, type Outcome } from '../../kernel/outcome.ts'
import type { Next, Policy } from '../../kernel/policy.ts'
import { followSignal } from '../../kernel/signal-hub.ts'
import { isSpillwayError, rejected } from '../../kernel/spillway-error.ts'
import { TRANSIENT, type Verdict } from '../../kernel/verdict.ts'

/** Options of {@link fromCockatiel}. */
export interface FromCockatielOptions {
  /** Appears in descriptions. @default 'cockatiel' */
  readonly name?: string
}

/**
 * A policy of cockatiel as one of a pipeline's, to move over one at a time. Its semantics are cockatiel's, its clock is real
 * time, and it publishes no events here.
 *
 * What is inside sees its signal until it has answered; a stream that was given back lives on. The caller's abort ends the
 * call at once, whatever cockatiel waits for. Its own errors are judged: `BrokenCircuitError` and `BulkheadRejectedError`
 * are `rejected`, `TaskCancelledError` is `transient`.
 *
 * ```ts
 * import { fromCockatiel, handleAll, pipeline, timeout } from '@spillway/core'
 * import { retry } from 'cockatiel'
 *
 * const old = retry(handleAll, { maxAttempts: 3 })
 * const calls = pipeline([timeout({ totalMs: 60_000 }), fromCockatiel(old)])
 * let tries = 0
 * const answer = await calls.execute(async () => {
 *   if (++tries < 2) throw new Error('busy')
 *   return 'done'
 * })
 * console.log(answer, tries) // => done 2
 * ```
 *
 * @param policy a policy of cockatiel, or several in its `wrap`
 * @throws InvalidOptionsError when it is none
 */
export const fromCockatiel = <Alt = never>(
  policy: IPolicy<IDefaultPolicyContext, Alt>,
  options: FromCockatielOptions = {},
): Policy<Alt> => {
  checkFunction('fromCockatiel.policy.execute', (policy as Partial<typeof policy> | undefined)?.execute)
  checkKnown('fromCockatiel', options, ['name'])
  const { name = 'cockatiel' } = options

  const answerOf = async <R>(next: Next<R>, context: CallContext): Promise<Outcome<R | Alt>> => {
    let last: Outcome<R> | undefined
    const attempt = async ({ signal }: IDefaultPolicyContext): Promise<R> => {
      const outcome = await followed(next, context, signal)
      last = outcome
      if (outcome.ok) return outcome.value
      throw outcome.error
    }
    try {
      const value = await policy.execute(attempt, context.signal)
      return last?.ok === true && Object.is(last.value, value) ? last : success(value)
    } catch (error) {
      return last?.ok === false && last.error === error ? last : failure(error, judge(error, context))
    }
  }

  return {
    name,
    kind: 'cockatiel',
    options: { name },
    execute: (next, context) =>
      new Promise((resolve) => {
        if (context.aborted) return resolve(aborted(context.reason))
        const stop = context.onAbort((reason) => resolve(aborted(reason)))
        void answerOf(next, context).finally(stop).then(resolve)
      }),
  }
}

/** One run of what is inside, which ends when cockatiel's signal does. */
const followed = async <R>(next: Next<R>, context: CallContext, signal: AbortSignal): Promise<Outcome<R>> => {
  // Its retry calls once more when it is aborted during a delay: a branch of what has ended runs nothing.
  const branch = context.child()
  if (signal.aborted) branch.abort(signal.reason)
  const unfollow = followSignal(signal, branch)
  const outcome = await next(branch)
  // Its timeout aborts the signal also when all went well, which would end a stream that has just begun.
  unfollow()
  if (outcome.body === undefined) branch.detach()
  else outcome.body.onEnd(() => branch.detach())
  return outcome
}

const judge = (error: unknown, context: CallContext): Verdict => {
  if (isSpillwayError(error)) return error.verdict
  if (isBrokenCircuitError(error) || isBulkheadRejectedError(error)) return rejected()
  return isTaskCancelledError(error) ? TRANSIENT : judgeError(error, context)
}
