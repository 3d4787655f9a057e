import type { IBreaker } from 'cockatiel'

/** What a strategy that looks at time hears of a call that counts. */
export interface BreakerSample {
  readonly kind: 'success' | 'failure'
  /** From its admission to its end, in milliseconds; for a stream, to the end of its body. */
  readonly durationMs: number
  /** When it ended, in monotonic milliseconds of the pipeline's clock. */
  readonly now: number
}

/** What speaks for opening: too many failures, or too many calls that take too long. */
export type BreakerFinding = 'failures' | 'slow_calls' | undefined

/** A strategy that is told the time, and how long calls take. `circuitBreaker` calls `record` where there is one. */
export interface TimedBreaker extends IBreaker {
  /** Over how many milliseconds it counts. */
  readonly windowMs: number
  /** Hears of one call, in place of `success` and `failure` while the circuit is closed. */
  record(sample: BreakerSample): BreakerFinding
}

export const isTimedBreaker = (breaker: IBreaker): breaker is TimedBreaker =>
  typeof (breaker as Partial<TimedBreaker>).record === 'function'
