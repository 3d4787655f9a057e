import { rejected, type RejectedError } from '../../kernel/spillway-error.ts'

/** No endpoint can answer in time: all circuits are open, all quotas used, or recent answers took longer than is left. */
export class NoEndpointReadyError extends Error implements RejectedError {
  readonly isSpillwayError = true
  override readonly name = 'NoEndpointReadyError'
  readonly code = 'ERR_SPILLWAY_NO_ENDPOINT_READY'
  readonly verdict: RejectedError['verdict']
  /** No more calls may wait, none can answer it before its deadline, none may serve it, or the pipeline was disposed of. */
  readonly reason: 'queue_full' | 'not_allowed' | 'waited_too_long' | 'disposed'
  /** Milliseconds until the first of them could take a call, where that is known. */
  readonly retryAfterMs?: number

  /**
   * @param policy the failover's name
   * @param endpoints the names of all that were asked
   * @param reason why the call does not wait
   * @param retryAfterMs milliseconds until the first of them could take it, where that is known
   * @param cause what the call's last attempt failed with, where there was one
   */
  constructor(
    policy: string,
    endpoints: readonly string[],
    reason: NoEndpointReadyError['reason'],
    retryAfterMs?: number,
    cause?: unknown,
  ) {
    const when = retryAfterMs === undefined ? '' : ` The first is due in ${Math.ceil(retryAfterMs)} ms.`
    super(`${policy}: ${WHY[reason](endpoints.join(', '))}${when}`, cause === undefined ? undefined : { cause })
    this.reason = reason
    this.verdict = rejected(retryAfterMs)
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs
  }
}

const WHY = {
  queue_full: (names: string) =>
    `none of ${names} can take the call now and the queue is full. Send less, or raise queueLimit.`,
  waited_too_long: (names: string) => `none of ${names} can answer the call in time.`,
  not_allowed: (names: string) => `none of ${names} may serve the call. See mayServe and maxCost.`,
  disposed: (names: string) => `the pipeline was disposed of while the call waited for one of ${names}.`,
}
