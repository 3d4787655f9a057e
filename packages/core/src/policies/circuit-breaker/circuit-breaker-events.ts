import type { PipelineEvent } from '../../kernel/pipeline-event.ts'
import type { VerdictKind } from '../../kernel/verdict.ts'

/** What all events of a circuit say. */
export interface CircuitEvent extends PipelineEvent {
  readonly policy: string
  /** Which share of the breaker's state: the endpoint, by default. */
  readonly partition: string
}

/** The circuit opened: calls are refused until a probe is due. */
export interface CircuitOpened extends CircuitEvent {
  readonly type: 'circuit.opened'
  readonly openForMs: number
  /** What the last straw was. */
  readonly verdict: VerdictKind
}

/** A probe was let through. */
export interface CircuitHalfOpened extends CircuitEvent {
  readonly type: 'circuit.half_opened'
}

/** Calls pass again, slowly at first. */
export interface CircuitClosed extends CircuitEvent {
  readonly type: 'circuit.closed'
}

/** A call was refused while the circuit was open. */
export interface CircuitRejected extends CircuitEvent {
  readonly type: 'circuit.rejected'
  readonly retryAfterMs: number
}
