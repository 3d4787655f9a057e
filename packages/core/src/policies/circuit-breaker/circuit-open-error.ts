import { BrokenCircuitError } from 'cockatiel'
import { rejected, type RejectedError } from '../../kernel/spillway-error.ts'

/** The circuit is open. Extends cockatiel's `BrokenCircuitError`, so that `isBrokenCircuitError` keeps working. */
export class CircuitOpenError extends BrokenCircuitError implements RejectedError {
  readonly isSpillwayError = true
  override readonly name = 'CircuitOpenError'
  readonly code = 'ERR_SPILLWAY_CIRCUIT_OPEN'
  readonly verdict: RejectedError['verdict']
  /** Milliseconds until the next probe. */
  readonly retryAfterMs: number

  /**
   * @param policy the breaker's name
   * @param partition which share of its state, empty where there is one only
   * @param retryAfterMs milliseconds until the next probe; `Infinity` while it is held open by hand
   * @param cause what opened it
   */
  constructor(policy: string, partition: string, retryAfterMs: number, cause?: unknown) {
    const where = partition === '' ? policy : `${policy} (${partition})`
    super(
      retryAfterMs === Infinity
        ? `${where} is held open by hand. Close it to let calls through.`
        : `${where} is open after repeated failures. The next probe is due in ${Math.ceil(retryAfterMs)} ms.`,
    )
    this.retryAfterMs = retryAfterMs
    this.verdict = rejected(retryAfterMs, 'endpoint')
    if (cause !== undefined) this.cause = cause
  }
}
