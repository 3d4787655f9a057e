import type { CallContext } from '../../kernel/call-context.ts'
import { checkDuration, checkFunction, checkKnown, checkNumber } from '../../kernel/check-options.ts'
import { InvalidOptionsError } from '../../kernel/invalid-options-error.ts'
import type { Operation } from '../../kernel/policy.ts'
import type { Usage } from '../../kernel/provider-report.ts'
import type { Verdict } from '../../kernel/verdict.ts'

/** One way to answer a call of `execute`: a client, a model, what it costs, when it may be used. */
export interface Target<N extends string = string, T = unknown> {
  /** Unique within the call; appears in the answer, in events and errors. */
  readonly name: N
  /**
   * Asks, usually through a method of a resilient client, and makes of its answer what the caller wants. Pipelines that it
   * calls have the signal, the deadline, the account and the values of the call without being told.
   */
  readonly operation: Operation<T>
  /** The model it asks for, by the name that its price has. @default what its client says */
  readonly model?: string
  /** What a call costs there where the model has no price: 0 or more. @default 0 */
  readonly costPerCall?: number
  /** What an attempt should use there. @default the call's own */
  readonly expectedUsage?: Usage
  /** The longest input it takes, in tokens. It is passed over where `expectedUsage` names more `inputTokens`. @default none */
  readonly maxInputTokens?: number
  /**
   * How long it may try until its answer begins, its retries included, in milliseconds: above 0, or `Infinity`.
   * @default an equal part of the time that is left for it and those after it
   */
  readonly tryMs?: number
  /**
   * Whether it may answer after what another one failed with: for a fallback alone. Never asked after the caller left.
   * @default after everything but `request_failed`
   */
  readonly shouldHandle?: (failed: Tried) => boolean
}

/** A target that was asked and gave no answer. */
export interface Tried {
  readonly target: string
  /** By its last attempt, where the error says nothing itself. */
  readonly verdict: Verdict
  /** What it threw; `undefined` where it answered without a result. */
  readonly error: unknown
  readonly durationMs: number
}

/** A target that was not asked. */
export interface Skipped {
  readonly target: string
  /** Its rule said no, its context is too small for the input, or no time was left. */
  readonly reason: 'should_not_handle' | 'input_too_long' | 'no_time'
}

const KNOWN = ['name', 'operation', 'model', 'costPerCall', 'expectedUsage', 'maxInputTokens', 'tryMs', 'shouldHandle']

/** @throws InvalidOptionsError naming what of which target cannot be */
export const checkTargets = (primary: Target, fallbacks: readonly Target[]): readonly Target[] => {
  if (!Array.isArray(fallbacks)) throw new InvalidOptionsError('execute.fallbacks', fallbacks, 'a list of targets')
  const targets = [primary, ...fallbacks]
  const seen = new Set<string>()
  for (const [i, target] of targets.entries()) {
    const path = i === 0 ? 'execute.primary' : `execute.fallbacks[${i - 1}]`
    checkKnown(path, target, KNOWN)
    const { name, operation, model, costPerCall = 0, expectedUsage, maxInputTokens, tryMs, shouldHandle } = target
    if (typeof name !== 'string' || name === '') throw new InvalidOptionsError(`${path}.name`, name, 'a name')
    if (seen.has(name)) throw new InvalidOptionsError(`${path}.name`, name, 'unique among the targets')
    seen.add(name)
    checkFunction(`${path}.operation`, operation)
    if (model !== undefined && (typeof model !== 'string' || model === ''))
      throw new InvalidOptionsError(`${path}.model`, model, 'the name of a model')
    checkNumber(`${path}.costPerCall`, costPerCall, { min: 0 })
    checkUsage(`${path}.expectedUsage`, expectedUsage)
    if (maxInputTokens !== undefined) checkNumber(`${path}.maxInputTokens`, maxInputTokens, { min: 1, infinite: true })
    if (tryMs !== undefined) checkDuration(`${path}.tryMs`, tryMs, { min: Number.MIN_VALUE, infinite: true })
    checkFunction(`${path}.shouldHandle`, shouldHandle, true)
  }
  return targets
}

/** @throws InvalidOptionsError where an amount is no number of at least 0 */
export const checkUsage = (option: string, usage: Usage | undefined): void => {
  if (usage === undefined) return
  if (typeof usage !== 'object' || usage === null)
    throw new InvalidOptionsError(option, usage, 'a number for each unit: { images: 1 }')
  for (const [unit, amount] of Object.entries(usage)) checkNumber(`${option}.${unit}`, amount, { min: 0 })
}

/** Why a target is not asked now; `undefined`: it is. */
export const reasonToSkip = (
  target: Target,
  expected: Usage | undefined,
  failed: Tried | undefined,
  context: CallContext,
): Skipped['reason'] | undefined => {
  const inputTokens = (target.expectedUsage ?? expected)?.['inputTokens'] ?? 0
  if (inputTokens > (target.maxInputTokens ?? Infinity)) return 'input_too_long'
  if (failed !== undefined && !handles(target, failed, context)) return 'should_not_handle'
  return context.remainingMs() <= 0 ? 'no_time' : undefined
}

/** A rule that throws is reported, and the target is not used: a rule about what may go where is no suggestion. */
const handles = ({ name, shouldHandle }: Target, failed: Tried, context: CallContext): boolean => {
  if (shouldHandle === undefined) return failed.verdict.kind !== 'request_failed'
  try {
    return shouldHandle(failed)
  } catch (thrown) {
    context.report(`execute.${name}.shouldHandle`, thrown)
    return false
  }
}
