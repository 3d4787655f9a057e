import type { PipelineEvent } from '../../kernel/pipeline-event.ts'
import type { TimeoutPhase } from './timeout-exceeded-error.ts'

/** A limit passed and what it bounded was ended. */
export interface TimeoutExceeded extends PipelineEvent {
  readonly type: 'timeout.exceeded'
  readonly policy: string
  readonly phase: TimeoutPhase
  readonly limitMs: number
}
