import type { Classifier } from '../kernel/classifier.ts'
import { checkKnown, checkNumber } from '../kernel/check-options.ts'
import type { ContextKey } from '../kernel/context-key.ts'
import { InvalidOptionsError } from '../kernel/invalid-options-error.ts'
import type { ExecutableCall, OpenCall } from './open-call.ts'

/** What one call may say for itself. */
export interface CallOptions {
  /** The caller's own way to end the call. Its reason is thrown by identity. */
  readonly signal?: AbortSignal | undefined
  /** Higher goes first where calls wait by priority. @default 0 */
  readonly priority?: number
  /** Per-call values, each with its key. */
  readonly values?: readonly (readonly [ContextKey<unknown>, unknown])[]
  /**
   * `false` for what must not be carried out twice, such as a payment: it is not sent again once an attempt may have
   * reached the provider. What was not sent, or was refused and is not billed, is tried again all the same. @default true
   */
  readonly repeatable?: boolean
  /** Judges this call instead of the pipeline's classifier. */
  readonly classifier?: Classifier
  /** The call that this execution is a part of, made by `openCall()`. @default a call of its own */
  readonly within?: OpenCall
}

const KNOWN = ['signal', 'priority', 'values', 'repeatable', 'classifier', 'within']

/** @throws InvalidOptionsError for what would otherwise go wrong in the middle of a call, or silently */
export const checkCall = (options: CallOptions): void => {
  checkKnown('execute', options, KNOWN)
  const { signal, priority, values, repeatable, classifier, within } = options
  if (signal !== undefined && typeof signal?.addEventListener !== 'function')
    throw new InvalidOptionsError('execute.signal', signal, 'an AbortSignal')
  if (priority !== undefined) checkNumber('execute.priority', priority, {})
  if (values !== undefined && !Array.isArray(values))
    throw new InvalidOptionsError('execute.values', values, 'a list of pairs of a key and its value')
  if (repeatable !== undefined && typeof repeatable !== 'boolean')
    throw new InvalidOptionsError('execute.repeatable', repeatable, 'true or false')
  if (classifier !== undefined) checkClassifier('execute.classifier', classifier)
  if (within !== undefined && typeof (within as ExecutableCall | null)?.execute !== 'function')
    throw new InvalidOptionsError('execute.within', within, 'a call made by openCall()')
}

export const checkClassifier = (option: string, classifier: Classifier): void => {
  if (typeof classifier?.error !== 'function')
    throw new InvalidOptionsError(option, classifier, 'a classifier: an object with a function error()')
}
