import type { PipelineEvent } from '../../kernel/pipeline-event.ts'

/** A call was refused: no permit, none in time, no store to ask, or the pipeline was disposed of. */
export interface RateLimitRejected extends PipelineEvent {
  readonly type: 'rate_limit.rejected'
  readonly policy: string
  readonly partition: string
  readonly reason: 'queue_full' | 'waited_too_long' | 'store_unavailable' | 'disposed'
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

/** The store of shared quotas cannot be asked: this process keeps to its share of them. */
export interface RateLimitDegraded extends PipelineEvent {
  readonly type: 'rate_limit.degraded'
  readonly policy: string
  readonly partition: string
  /** The part of the quotas that is left to it, from 0 to 1; 0: calls are refused. */
  readonly share: number
}

/** The store of shared quotas can be asked again. */
export interface RateLimitRecovered extends PipelineEvent {
  readonly type: 'rate_limit.recovered'
  readonly policy: string
  readonly partition: string
}
