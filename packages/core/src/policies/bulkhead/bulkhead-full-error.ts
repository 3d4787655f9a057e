import { BulkheadRejectedError } from 'cockatiel'
import { rejected, type RejectedError } from '../../kernel/spillway-error.ts'

/** No place in time. Extends cockatiel's `BulkheadRejectedError`, so that `isBulkheadRejectedError` keeps working. */
export class BulkheadFullError extends BulkheadRejectedError implements RejectedError {
  readonly isSpillwayError = true
  override readonly name = 'BulkheadFullError'
  readonly code = 'ERR_SPILLWAY_BULKHEAD_FULL'
  readonly verdict: RejectedError['verdict'] = rejected()
  /** The queue had no seat left, the wait in it took longer than allowed, or the pipeline was disposed of meanwhile. */
  readonly reason: 'queue_full' | 'waited_too_long' | 'disposed'

  /**
   * @param policy the bulkhead's name
   * @param reason why the call does not wait
   * @param maxConcurrency how many may run at once
   * @param queueLimit how many may wait
   * @param cause what the call's last attempt failed with, where there was one
   */
  constructor(
    policy: string,
    reason: BulkheadFullError['reason'],
    maxConcurrency: number,
    queueLimit: number,
    cause?: unknown,
  ) {
    super(maxConcurrency, queueLimit)
    this.reason = reason
    if (cause !== undefined) this.cause = cause
    this.message = `${policy}: ${explain(reason, maxConcurrency, queueLimit)}`
  }
}

const explain = (reason: BulkheadFullError['reason'], maxConcurrency: number, queueLimit: number): string => {
  if (reason === 'disposed') return 'the pipeline was disposed of while the call waited for a place.'
  if (reason === 'waited_too_long')
    return `none of ${maxConcurrency} places became free in time. Send less at once, or raise maxConcurrency or maxWaitMs.`
  const taken = queueLimit === 0 ? 'are taken and nobody may wait' : `and ${queueLimit} seats in the queue are taken`
  return `all ${maxConcurrency} places ${taken}. Send less at once, or raise maxConcurrency or queueLimit.`
}
