import type { Leases } from '../../primitives/leases.ts'

/** What one process sees of a partition. */
export interface CircuitSight {
  /** Whether failures of its own opened its circuit, and it has not closed since. One that opened on advice is not failing. */
  readonly failing: boolean
  /** Whether a call was served since this was last said. */
  readonly served: boolean
}

/** What the other processes see of a partition, taken together. */
export interface CircuitCensus {
  /** How many others have said something lately. */
  readonly processes: number
  /** How many of those are failing. */
  readonly failing: number
  /** How many milliseconds ago one of them was last served; `Infinity`: not lately. */
  readonly servedMsAgo: number
}

/**
 * What processes tell one another about the partitions of a circuit breaker. It advises: each process decides by what it
 * has seen itself. No clocks are compared, only lengths of time.
 */
export interface CircuitAdvice {
  /**
   * Says what this process sees, and hears what the others do. What a process said is forgotten after a while, so that one
   * that has died has no say.
   */
  exchange(partition: string, sight: CircuitSight): CircuitCensus | PromiseLike<CircuitCensus>
  /** Who may send the next probe: one process at a time. */
  readonly leases: Leases
}

/** Whether something that was handed in can advise. */
export const isCircuitAdvice = (advice: unknown): advice is CircuitAdvice =>
  typeof (advice as Partial<CircuitAdvice> | null | undefined)?.exchange === 'function'
