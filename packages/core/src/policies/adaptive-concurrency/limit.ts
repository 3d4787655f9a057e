/** How one attempt ended, as far as a limit is concerned. Whatever says nothing about capacity is not told. */
export interface LimitSample {
  /** `sample`: it was served. `drop`: it was refused for want of capacity or pace. */
  readonly kind: 'sample' | 'drop'
  /** Milliseconds from sending it to its first content, to its whole answer where none was reported. */
  readonly latencyMs: number
  /** How many were in flight when it ended, itself and abandoned ones that go on included. */
  readonly inFlight: number
  /**
   * For a drop, how many of the others the provider has taken on: they have been in flight for much longer than this
   * refusal took, and for 3 s at least. For a sample 0.
   */
  readonly served: number
  /** When it was sent, on the pipeline's clock. */
  readonly sentAt: number
  /** When it ended, on the pipeline's clock. */
  readonly now: number
}

/** How many attempts may be in flight, learned from how attempts ended. Reads no clock, arms no timer. */
export interface Limit {
  /** How many may be in flight now: at least 1. */
  readonly current: number
  /**
   * How many may be in flight while the provider has taken on `served` of them: what it works on now says more than
   * answers that come a minute late. @default current
   */
  allows?(served: number): number
  /** Hears how an attempt ended. */
  sample(sample: LimitSample): void
}
