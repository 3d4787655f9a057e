import type { PipelineEvent } from '../../kernel/pipeline-event.ts'
import type { VerdictKind } from '../../kernel/verdict.ts'

/** The call will be tried again after a wait. */
export interface RetryScheduled extends PipelineEvent {
  readonly type: 'retry.scheduled'
  readonly policy: string
  readonly delayMs: number
  readonly verdict: VerdictKind
  /** The wait the server asked for, where it did: `delayMs` is never shorter. */
  readonly retryAfterMs?: number
  /** How much of `delayMs` is there because the budget is spent. */
  readonly slowedMs?: number
}

/** The call is not tried again, although its failure could be. */
export interface RetryExhausted extends PipelineEvent {
  readonly type: 'retry.exhausted'
  readonly policy: string
  /**
   * `attempts` used up, `rerolls` used up, the `budget` spent, no answer would come before the `deadline`, or the provider
   * may have carried out what is declared `not_repeatable`.
   */
  readonly reason: 'attempts' | 'rerolls' | 'budget' | 'deadline' | 'not_repeatable'
  readonly verdict: VerdictKind
  readonly retryAfterMs?: number
}
