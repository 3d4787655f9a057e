import type { PipelineEvent } from '../../kernel/pipeline-event.ts'
import type { VerdictKind } from '../../kernel/verdict.ts'

/** Another answer was given instead of a failure. */
export interface FallbackUsed extends PipelineEvent {
  readonly type: 'fallback.used'
  readonly policy: string
  /** Which of the chain, from 0. */
  readonly step: number
  /** What it replaces. */
  readonly verdict: VerdictKind
}
