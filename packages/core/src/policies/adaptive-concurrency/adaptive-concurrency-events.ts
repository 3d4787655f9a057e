import type { PipelineEvent } from '../../kernel/pipeline-event.ts'
import type { VerdictKind } from '../../kernel/verdict.ts'

/** The number of attempts that may be in flight at an endpoint changed. */
export interface LimitChanged extends PipelineEvent {
  readonly type: 'limit.changed'
  readonly policy: string
  readonly partition: string
  readonly from: number
  readonly to: number
  /** The verdict of the attempt that changed it. */
  readonly reason: VerdictKind
}

/** An attempt was refused: no seat in the queue, no place in time, or the pipeline was disposed of. */
export interface ConcurrencyRejected extends PipelineEvent {
  readonly type: 'concurrency.rejected'
  readonly policy: string
  readonly partition: string
  readonly reason: 'queue_full' | 'waited_too_long' | 'disposed'
}
