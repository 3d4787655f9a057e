import type { Outcome } from './outcome.ts'
import type { PipelineEvent } from './pipeline-event.ts'
import type { Verdict } from './verdict.ts'

/** The operation is about to run: one request leaves for the provider. */
export interface AttemptStarted extends PipelineEvent {
  readonly type: 'attempt.started'
}

/** The result is a stream and its first content was handed over: from here on the attempt is not repeated. */
export interface AttemptCommitted extends PipelineEvent {
  readonly type: 'attempt.committed'
}

/** How an attempt ended for its caller: for a stream, when the stream ended. */
export interface AttemptCompleted extends PipelineEvent {
  readonly type: 'attempt.completed'
  readonly verdict: Verdict
  readonly durationMs: number
  /** The name of what it failed with; absent where it gave a value. */
  readonly errorName?: string
}

/** The attempt was abandoned, and its operation goes on: work that may be billed and that nobody will read. */
export interface AttemptOrphaned extends PipelineEvent {
  readonly type: 'attempt.orphaned'
}

/** Code that was handed in (a classifier, a listener, a key function) threw. The call's outcome is not touched by it. */
export interface DiagnosticReported extends PipelineEvent {
  readonly type: 'diagnostic.reported'
  readonly source: string
  /** The name of what was thrown. Its message may quote a prompt, so that it stays out of events. */
  readonly errorName: string
}

/** The name under which a thrown value appears in events. */
export const errorName = (thrown: unknown): string => (thrown instanceof Error ? thrown.name : typeof thrown)

/** What an event about an outcome says of its error: the name alone. */
export const errorNameOf = (outcome: Outcome<unknown>): { readonly errorName?: string } =>
  outcome.ok ? {} : { errorName: errorName(outcome.error) }

/** A call began to wait for its turn. */
export interface CallQueued extends PipelineEvent {
  readonly type: 'call.queued'
  readonly policy: string
  /** How many wait now, this one included. */
  readonly waiting: number
}

/** A call's turn came. */
export interface CallDequeued extends PipelineEvent {
  readonly type: 'call.dequeued'
  readonly policy: string
  readonly waitedMs: number
}
