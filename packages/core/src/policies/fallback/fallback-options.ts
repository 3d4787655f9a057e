import type { CallContext } from '../../kernel/call-context.ts'
import type { Outcome } from '../../kernel/outcome.ts'

/** What a fallback is told about what it replaces. */
export interface Failed {
  /** The error; `undefined` where the provider answered without a result. */
  readonly error: unknown
  readonly outcome: Outcome<unknown>
  /** How often the provider was asked. */
  readonly attempts: number
  readonly context: CallContext
}

/** Gives another answer, or throws to hand over to the next of the chain. */
export type FallbackStep<F> = (failed: Failed) => F | PromiseLike<F>

/** Options of {@link fallback}. */
export interface FallbackOptions<F> {
  /** Appears in events and descriptions. @default 'fallback' */
  readonly name?: string
  /** What to try, in order: another model, a stored answer, a placeholder. At least one. */
  readonly steps: readonly FallbackStep<F>[]
  /**
   * Which failures it replaces. Never asked about what the caller ended.
   * @default everything but success and `request_failed`
   */
  readonly shouldHandle?: (outcome: Outcome<unknown>) => boolean
}
