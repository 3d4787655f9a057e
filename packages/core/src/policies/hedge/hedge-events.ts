import type { PipelineEvent } from '../../kernel/pipeline-event.ts'

/** A call is given another attempt, while what it has is kept. */
export interface HedgeStarted extends PipelineEvent {
  readonly type: 'hedge.started'
  readonly policy: string
  /** The delay has passed, there is evidence that the attempt is lost, or it has failed already. */
  readonly why: 'delay' | 'quantile' | 'evidence' | 'failure'
  /** How long the attempt before has been silent. */
  readonly silentMs: number
}

/** Of several attempts one has answered: the event's `attempt`, at the event's `endpoint`. */
export interface HedgeWon extends PipelineEvent {
  readonly type: 'hedge.won'
  readonly policy: string
  /** The attempt that the call began with, or one that it was given. */
  readonly winner: 'primary' | 'hedge'
}

/** An attempt was ended because another one answered: the event's `attempt`, at the event's `endpoint`. */
export interface HedgeLost extends PipelineEvent {
  readonly type: 'hedge.lost'
  readonly policy: string
  /** What was sent may be charged although nobody reads the answer. */
  readonly billed: 'no' | 'unknown'
}

/** A call is not given another attempt now. What it has goes on. Told once for each reason and call. */
export interface HedgeDenied extends PipelineEvent {
  readonly type: 'hedge.denied'
  readonly policy: string
  /**
   * `budget` used up, the provider was out of capacity (`overload`) within the last minute, or no endpoint would take it
   * now (`not_ready`).
   */
  readonly reason: 'budget' | 'overload' | 'not_ready'
}
