import type { PipelineEvent } from '../kernel/pipeline-event.ts'
import type { Verdict } from '../kernel/verdict.ts'

/** A call entered the pipeline. */
export interface CallStarted extends PipelineEvent {
  readonly type: 'call.started'
}

/** A call is over, for a stream when it has been read: exactly one for each `call.started`. */
export interface CallCompleted extends PipelineEvent {
  readonly type: 'call.completed'
  readonly verdict: Verdict
  readonly durationMs: number
  /** How often the provider was asked. */
  readonly attempts: number
  /** The name of what the caller got as an error; absent where it got a value. */
  readonly errorName?: string
}
