import { checkDuration, checkKnown, checkNumber } from '../kernel/check-options.ts'
import type { Classifier } from '../kernel/classifier.ts'
import type { ContextKey } from '../kernel/context-key.ts'
import { InvalidOptionsError } from '../kernel/invalid-options-error.ts'
import type { Account } from '../policies/accounting/account.ts'
import type { ExecutableCall, OpenCall } from './open-call.ts'

/** What one call may say for itself. */
export interface CallOptions {
  /** The caller's own way to end the call. Its reason is thrown by identity. */
  readonly signal?: AbortSignal | undefined
  /**
   * The longest that the call may take, in milliseconds, waits and the reading of a stream included: above 0, or
   * `Infinity`. A shorter limit in the pipeline holds all the same. @default what the pipeline allows
   */
  readonly totalMs?: number
  /** Higher goes first where calls wait by priority. @default 0 */
  readonly priority?: number
  /** Per-call values, each with its key. */
  readonly values?: readonly (readonly [ContextKey<unknown>, unknown])[]
  /**
   * `false` for what must not be carried out twice, such as a payment: it is not sent again once an attempt may have
   * reached the provider. What was not sent, was refused and is not billed, or was answered without the result (`empty`), is
   * tried again all the same. @default true
   */
  readonly repeatable?: boolean
  /** Judges this call instead of the pipeline's classifier. */
  readonly classifier?: Classifier
  /** What counts the attempts of the call, and may refuse them. Made by `openAccount()`. @default nothing is counted */
  readonly account?: Account
  /** The call that this execution is a part of, made by `openCall()`. @default a call of its own */
  readonly within?: OpenCall
}

const KNOWN = ['signal', 'totalMs', 'priority', 'values', 'repeatable', 'classifier', 'account', 'within']

/** @throws InvalidOptionsError for what would otherwise go wrong in the middle of a call, or silently */
export const checkCall = (options: CallOptions): void => {
  checkKnown('execute', options, KNOWN)
  checkCaller('execute', options)
  const { repeatable, classifier, within } = options
  if (repeatable !== undefined && typeof repeatable !== 'boolean')
    throw new InvalidOptionsError('execute.repeatable', repeatable, 'true or false')
  if (classifier !== undefined) checkClassifier('execute.classifier', classifier)
  if (within !== undefined && typeof (within as ExecutableCall | null)?.execute !== 'function')
    throw new InvalidOptionsError('execute.within', within, 'a call made by openCall()')
}

/** What may be said for one call, and for all calls inside a function. */
export const checkCaller = (owner: string, { signal, totalMs, priority, values, account }: CallOptions): void => {
  if (signal !== undefined && typeof signal?.addEventListener !== 'function')
    throw new InvalidOptionsError(`${owner}.signal`, signal, 'an AbortSignal')
  if (totalMs !== undefined) checkDuration(`${owner}.totalMs`, totalMs, { min: Number.MIN_VALUE, infinite: true })
  if (priority !== undefined) checkNumber(`${owner}.priority`, priority, {})
  if (values !== undefined && !Array.isArray(values))
    throw new InvalidOptionsError(`${owner}.values`, values, 'a list of pairs of a key and its value')
  if (account !== undefined && typeof account?.gate?.enter !== 'function')
    throw new InvalidOptionsError(`${owner}.account`, account, 'an account made by openAccount()')
}

export const checkClassifier = (option: string, classifier: Classifier): void => {
  if (typeof classifier?.error !== 'function')
    throw new InvalidOptionsError(option, classifier, 'a classifier: an object with a function error()')
}
