import type { FaultSpec } from '../faults/fault.ts'
import { FAULTS, type FaultName } from '../faults/table.ts'

/** How a request failed that was made with {@link askUpstream}: what a client would have seen, without its bytes. */
export class ModelError extends Error {
  override readonly name = 'ModelError'
  readonly fault: FaultName
  /** What the fault amounts to. */
  readonly effect: 'error' | 'reset' | 'broken' | 'empty'
  /** HTTP status, where there would have been an error answer. */
  readonly status: number | undefined
  /** The wait that the provider asks for, in model time. */
  readonly retryAfterMs: number | undefined

  constructor({ fault, retryAfterMs, status }: FaultSpec) {
    super(`The model answered with the fault "${fault}".`)
    const kind = FAULTS[fault]
    this.fault = fault
    // What hangs or is whole in the end never becomes an error.
    this.effect = kind.effect as ModelError['effect']
    this.status = status ?? kind.status
    this.retryAfterMs = retryAfterMs
  }
}
