import { rejected, type RejectedError } from '../../kernel/spillway-error.ts'

/** No permit in time. */
export class RateLimitExceededError extends Error implements RejectedError {
  readonly isSpillwayError = true
  override readonly name = 'RateLimitExceededError'
  readonly code = 'ERR_SPILLWAY_RATE_LIMIT_EXCEEDED'
  readonly verdict: RejectedError['verdict']
  /** Milliseconds until there would be a permit, where that is known. */
  readonly retryAfterMs?: number

  constructor(policy: string, partition: string, reason: 'queue_full' | 'waited_too_long', retryAfterMs?: number) {
    const where = partition === '' ? policy : `${policy} (${partition})`
    const when = retryAfterMs === undefined ? '' : ` One is due in ${Math.ceil(retryAfterMs)} ms.`
    super(
      reason === 'queue_full'
        ? `${where}: no permit is free and the queue is full.${when} Send less, or raise queueLimit.`
        : `${where}: no permit becomes free in time.${when} Send less, or allow a longer wait.`,
    )
    this.verdict = rejected(retryAfterMs, 'endpoint')
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs
  }
}
