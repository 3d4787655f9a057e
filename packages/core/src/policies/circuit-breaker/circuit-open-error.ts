import { BrokenCircuitError } from 'cockatiel'
import { rejected, type RejectedError } from '../../kernel/spillway-error.ts'

/** The circuit is open. Extends cockatiel's `BrokenCircuitError`, so that `isBrokenCircuitError` keeps working. */
export class CircuitOpenError extends BrokenCircuitError implements RejectedError {
  readonly isSpillwayError = true
  override readonly name = 'CircuitOpenError'
  readonly code = 'ERR_SPILLWAY_CIRCUIT_OPEN'
  readonly verdict: RejectedError['verdict']
  /** Milliseconds until the next call may go through. */
  readonly retryAfterMs: number
  /** Why it did not let the call through; `closed`: it has closed just now, and lets calls through step by step. */
  readonly reason: 'open' | 'half_open' | 'closed' | 'isolated' | 'disposed'

  /**
   * @param policy the breaker's name
   * @param partition which share of its state, empty where there is one only
   * @param retryAfterMs milliseconds until the next call may go through; `Infinity` while it is held open by hand
   * @param cause what opened it
   * @param reason why it did not let the call through, by default its state as far as `retryAfterMs` tells
   */
  constructor(
    policy: string,
    partition: string,
    retryAfterMs: number,
    cause?: unknown,
    reason: CircuitOpenError['reason'] = retryAfterMs === Infinity ? 'isolated' : 'open',
  ) {
    const where = partition === '' ? policy : `${policy} (${partition})`
    const when = retryAfterMs === Infinity ? 'when that ends' : `in ${Math.ceil(retryAfterMs)} ms`
    super(`${where} ${WHY[reason](when)}`)
    this.reason = reason
    this.retryAfterMs = retryAfterMs
    this.verdict = rejected(retryAfterMs, 'endpoint')
    if (cause !== undefined) this.cause = cause
  }
}

const WHY = {
  open: (when: string) => `is open after failures. The next probe is due ${when}.`,
  half_open: (when: string) => `is open after failures, and a probe is under way. The next call may go ${when}.`,
  closed: (when: string) => `has just closed and lets calls through step by step. The next may go ${when}.`,
  isolated: () => 'is held open by hand. Close it to let calls through.',
  disposed: () => 'was open when the pipeline was disposed of, and the call waited for a probe.',
}
