import type { PipelineEvent } from '../../kernel/pipeline-event.ts'

/** A call was refused: no permit, none in time, or the pipeline was disposed of. */
export interface RateLimitRejected extends PipelineEvent {
  readonly type: 'rate_limit.rejected'
  readonly policy: string
  readonly partition: string
  readonly reason: 'queue_full' | 'waited_too_long' | 'disposed'
  readonly retryAfterMs?: number
}

/** The provider throttled a call: everybody waits as long as it asked. */
export interface RateLimitPaused extends PipelineEvent {
  readonly type: 'rate_limit.paused'
  readonly policy: string
  readonly partition: string
  readonly pauseMs: number
}

/** The provider's limit was found out from what it throttled: calls keep to it from here on. */
export interface RateLimitLearned extends PipelineEvent {
  readonly type: 'rate_limit.learned'
  readonly policy: string
  readonly partition: string
  /** Requests per minute. */
  readonly permits: number
}
