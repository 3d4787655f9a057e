import type { PipelineEvent } from '../../kernel/pipeline-event.ts'

/** A call was refused: no seat in the queue, or no place in time. */
export interface BulkheadRejected extends PipelineEvent {
  readonly type: 'bulkhead.rejected'
  readonly policy: string
  readonly reason: 'queue_full' | 'waited_too_long'
}
