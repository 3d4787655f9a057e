import { rejected, type RejectedError } from '../../kernel/spillway-error.ts'

/** No endpoint can take the call in time: all circuits are open, all quotas used. */
export class NoEndpointReadyError extends Error implements RejectedError {
  readonly isSpillwayError = true
  override readonly name = 'NoEndpointReadyError'
  readonly code = 'ERR_SPILLWAY_NO_ENDPOINT_READY'
  readonly verdict: RejectedError['verdict']
  /** Milliseconds until the first of them could take a call, where that is known. */
  readonly retryAfterMs?: number

  constructor(policy: string, endpoints: readonly string[], retryAfterMs?: number) {
    const when = retryAfterMs === undefined ? '' : ` The first is due in ${Math.ceil(retryAfterMs)} ms.`
    super(`${policy}: none of ${endpoints.join(', ')} can take the call before its deadline.${when}`)
    this.verdict = rejected(retryAfterMs)
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs
  }
}
