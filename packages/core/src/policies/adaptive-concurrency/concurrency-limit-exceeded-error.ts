import { BulkheadRejectedError } from 'cockatiel'
import { rejected, type RejectedError } from '../../kernel/spillway-error.ts'

/**
 * No place at an endpoint in time. Extends cockatiel's `BulkheadRejectedError`, so that `isBulkheadRejectedError` keeps
 * working.
 */
export class ConcurrencyLimitExceededError extends BulkheadRejectedError implements RejectedError {
  readonly isSpillwayError = true
  override readonly name = 'ConcurrencyLimitExceededError'
  readonly code = 'ERR_SPILLWAY_CONCURRENCY_LIMIT_EXCEEDED'
  readonly verdict: RejectedError['verdict']
  /** The queue had no seat left, the wait in it took longer than allowed, or the pipeline was disposed of meanwhile. */
  readonly reason: 'queue_full' | 'waited_too_long' | 'disposed'
  /** Milliseconds until the pace lets the next one go, where that is what it waited for. */
  readonly retryAfterMs?: number
  override readonly cause?: unknown

  /**
   * @param policy the policy's name
   * @param partition whose places are taken: the endpoint's name by default
   * @param reason why the attempt does not wait
   * @param limit how many may be in flight now
   * @param queueLimit how many may wait
   * @param more `retryAfterMs` where it is known, and as `cause` what the call's last attempt failed with
   */
  constructor(
    policy: string,
    partition: string,
    reason: ConcurrencyLimitExceededError['reason'],
    limit: number,
    queueLimit: number,
    more: { readonly retryAfterMs?: number | undefined; readonly cause?: unknown } = {},
  ) {
    super(limit, queueLimit)
    const { retryAfterMs, cause } = more
    this.reason = reason
    this.verdict = rejected(retryAfterMs, 'endpoint')
    this.message = `${policy}${partition === '' ? '' : ` of ${partition}`}: ${explain(reason, limit, queueLimit)}`
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs
    if (cause !== undefined) this.cause = cause
  }
}

const explain = (reason: ConcurrencyLimitExceededError['reason'], limit: number, queueLimit: number): string => {
  if (reason === 'disposed') return 'the pipeline was disposed of while the attempt waited for a place.'
  if (reason === 'waited_too_long')
    return `no place became free in time; the provider's answers allow ${limit} at once now. Send less, or give calls more time.`
  return `the ${limit} places that the provider's answers allow now are taken, and so are ${queueLimit} seats in the queue. Send less, or raise queueLimit.`
}
