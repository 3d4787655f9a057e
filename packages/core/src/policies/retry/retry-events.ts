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
}

/** The call is not tried again, although its failure could be. */
export interface RetryExhausted extends PipelineEvent {
  readonly type: 'retry.exhausted'
  readonly policy: string
  /** `attempts` used up, `rerolls` used up, or no answer would come before the `deadline`. */
  readonly reason: 'attempts' | 'rerolls' | 'deadline'
  readonly verdict: VerdictKind
  readonly retryAfterMs?: number
}
