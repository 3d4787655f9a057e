import { BulkheadRejectedError } from 'cockatiel'
import { rejected, type RejectedError } from '../../kernel/spillway-error.ts'

/** No place in time. Extends cockatiel's `BulkheadRejectedError`, so that `isBulkheadRejectedError` keeps working. */
export class BulkheadFullError extends BulkheadRejectedError implements RejectedError {
  readonly isSpillwayError = true
  override readonly name = 'BulkheadFullError'
  readonly code = 'ERR_SPILLWAY_BULKHEAD_FULL'
  readonly verdict: RejectedError['verdict'] = rejected()
  /** The queue had no seat left, or the wait in it took longer than allowed. */
  readonly reason: 'queue_full' | 'waited_too_long'

  constructor(policy: string, reason: BulkheadFullError['reason'], maxConcurrency: number, queueLimit: number) {
    super(maxConcurrency, queueLimit)
    this.reason = reason
    this.message =
      reason === 'queue_full'
        ? `${policy}: all ${maxConcurrency} places and ${queueLimit} seats in the queue are taken. Send less at once, or raise maxConcurrency or queueLimit.`
        : `${policy}: none of ${maxConcurrency} places became free in time. Raise maxWaitMs, or send less at once.`
  }
}
