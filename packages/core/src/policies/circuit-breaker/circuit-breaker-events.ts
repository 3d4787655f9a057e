import type { PipelineEvent } from '../../kernel/pipeline-event.ts'
import type { VerdictKind } from '../../kernel/verdict.ts'
import type { SnapshotRefusal } from './circuit-snapshot.ts'

/** What all events of a circuit say. */
export interface CircuitEvent extends PipelineEvent {
  readonly policy: string
  /** Which share of the breaker's state: the endpoint, by default. */
  readonly partition: string
  /** Set where the breaker only says what it would do. */
  readonly dryRun?: true
}

/** The circuit opened: calls are refused until a probe is due. */
export interface CircuitOpened extends CircuitEvent {
  readonly type: 'circuit.opened'
  readonly openForMs: number
  /** What the last straw was; `success` where too many calls took too long. */
  readonly verdict: VerdictKind
  /** Set where one failure was enough, because many other processes are failing. */
  readonly advised?: true
}

/** A probe was let through. */
export interface CircuitHalfOpened extends CircuitEvent {
  readonly type: 'circuit.half_opened'
}

/** A probe was due, and another process is sending one: this process waits for what that one finds. */
export interface CircuitProbeDeferred extends CircuitEvent {
  readonly type: 'circuit.probe_deferred'
  readonly retryAfterMs: number
}

/** Calls pass again, slowly at first. */
export interface CircuitClosed extends CircuitEvent {
  readonly type: 'circuit.closed'
  /** Set where `close()` did it: then calls pass at full pace. */
  readonly byHand?: true
}

/** The circuit is held open by hand, until `close()`. */
export interface CircuitIsolated extends CircuitEvent {
  readonly type: 'circuit.isolated'
}

/** A call was refused while the circuit was open. */
export interface CircuitRejected extends CircuitEvent {
  readonly type: 'circuit.rejected'
  readonly retryAfterMs: number
}

/** A circuit that was not closed before a restart goes on as it was. */
export interface CircuitRestored extends CircuitEvent {
  readonly type: 'circuit.restored'
  readonly state: 'open' | 'isolated'
  /** Until a probe is due; `Infinity` while it is held open by hand. */
  readonly openForMs: number
}

/** Saved data was not taken over: everything, or the counts of one partition, begins anew. */
export interface CircuitSnapshotRefused extends PipelineEvent {
  readonly type: 'circuit.snapshot_refused'
  readonly policy: string
  readonly reason: SnapshotRefusal
  /** Whose counts; absent where it is about all the data. */
  readonly partition?: string
}
