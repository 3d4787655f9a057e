import { checkClock, checkKnown } from '../../kernel/check-options.ts'
import { systemClock, type Clock } from '../../kernel/clock.ts'
import type { Usage } from '../../kernel/provider-report.ts'
import { checkCall, type CallOptions } from '../call-options.ts'
import { checkTargets, checkUsage, type Target } from './target.ts'

/** Options of `execute`, besides those of every call. */
export interface ExecuteOptions extends Omit<CallOptions, 'within' | 'totalMs'> {
  /** Who is asked first. */
  readonly primary: Target
  /** Who is asked when it fails, in order. @default [] */
  readonly fallbacks?: readonly Target[]
  /**
   * The longest that the call may take, in milliseconds, all targets and the reading of a stream included: above 0, or
   * `Infinity`. A deadline around the call holds all the same. @default 180000
   */
  readonly totalMs?: number
  /** What an attempt should use: `{ inputTokens: 900, images: 1 }`. @default what each target says */
  readonly expectedUsage?: Usage
  /** Whose time it is. @default real time */
  readonly clock?: Clock
}

/** What `execute` takes where an option is left out. */
export const EXECUTE_DEFAULTS: { readonly totalMs: number } = { totalMs: 180_000 }

const OF_A_CALL = ['signal', 'totalMs', 'priority', 'values', 'repeatable', 'classifier', 'account']
const KNOWN = ['primary', 'fallbacks', 'expectedUsage', 'clock', ...OF_A_CALL]

/** Options with nothing left out, and those that are for the call. */
export interface Resolved {
  readonly targets: readonly Target[]
  readonly expectedUsage: Usage | undefined
  readonly clock: Clock
  readonly call: CallOptions & { readonly totalMs: number }
}

/** @throws InvalidOptionsError before anybody is asked */
export const resolveOptions = (options: ExecuteOptions): Resolved => {
  checkKnown('execute', options, KNOWN)
  const { primary, fallbacks = [], expectedUsage, clock = systemClock, ...given } = options
  const targets = checkTargets(primary, fallbacks)
  checkUsage('execute.expectedUsage', expectedUsage)
  checkClock('execute.clock', clock)
  const call = { ...EXECUTE_DEFAULTS, ...given }
  checkCall(call)
  return { targets, expectedUsage, clock, call }
}
