import type { PipelineEvent } from '../../kernel/pipeline-event.ts'

/** A call was refused: no seat in the queue, no place in time, or the pipeline was disposed of. */
export interface BulkheadRejected extends PipelineEvent {
  readonly type: 'bulkhead.rejected'
  readonly policy: string
  readonly reason: 'queue_full' | 'waited_too_long' | 'disposed'
  /** Set where the bulkhead only says what it would do. */
  readonly dryRun?: true
}

/** The number of places was changed by `resize`. */
export interface BulkheadResized extends PipelineEvent {
  readonly type: 'bulkhead.resized'
  readonly policy: string
  readonly from: number
  readonly to: number
}
