/** What every event carries. */
export interface EventStamp {
  /** Monotonic milliseconds of the pipeline's clock. */
  readonly at: number
  readonly pipeline: string
  /** The call it belongs to; absent on what a policy says outside of any call. */
  readonly callId?: number
  /** The last attempt that had started by then: 1 is the first, 0 none yet. */
  readonly attempt?: number
  readonly endpoint?: string
}

/** The shape of all events: `noun.past_participle`, a fact that has happened. Never a prompt, a reply, a key. */
export interface PipelineEvent extends EventStamp {
  readonly type: string
}

/** An event before it is stamped. */
export type EventBody<E extends PipelineEvent> = E extends PipelineEvent ? Omit<E, keyof EventStamp> : never

/** Where events go. `undefined` while nobody listens, so that nothing is made for nobody. */
export interface EventSink {
  readonly listening: boolean
  publish(event: PipelineEvent): void
}
