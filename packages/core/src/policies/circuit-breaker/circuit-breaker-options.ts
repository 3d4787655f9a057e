import { ConsecutiveBreaker, type IBackoffFactory, type IBreaker } from 'cockatiel'
import { byEndpoint, type PartitionKey } from '../../kernel/endpoint.ts'
import { exponentialBreak, type BreakContext } from './exponential-break.ts'

/** Options of {@link circuitBreaker}. */
export interface CircuitBreakerOptions {
  /** Appears in events, errors and descriptions. @default 'circuitBreaker' */
  readonly name?: string
  /**
   * Makes the strategy that says when to open: one for each partition. cockatiel's `ConsecutiveBreaker` and
   * `CountBreaker`, or any `IBreaker`. @default () => new ConsecutiveBreaker(5)
   */
  readonly breaker?: () => IBreaker
  /**
   * How long the failures must have gone on before it opens, in milliseconds: refusals come at once, and a handful of them
   * within a second says little about a provider that admits every third call. @default 0
   */
  readonly openAfterMs?: number
  /**
   * How long it stays open before a probe is let through: milliseconds, or a backoff for breaks that grow while probes
   * fail. A server's hint lengthens it. @default 4 s growing by half to 15 s
   */
  readonly halfOpenAfter?: number | IBackoffFactory<BreakContext>
  /**
   * After how many milliseconds a probe that is still at work closes the circuit: an overloaded provider refuses at once,
   * so that a probe which lives has been admitted. @default 3000
   */
  readonly probeLeaseMs?: number
  /**
   * What happens to calls while it is open: `reject` refuses them with the time of the next probe, `wait` lets them wait
   * for it as long as their deadline allows. @default 'reject'
   */
  readonly whenOpen?: 'reject' | 'wait'
  /** Which share of the state a call uses. @default the endpoint's name */
  readonly partitionKey?: PartitionKey
  /** How many partitions are remembered: an integer from 1. @default 1000 */
  readonly maxPartitions?: number
}

/** What {@link circuitBreaker} takes where an option is left out. */
export const CIRCUIT_BREAKER_DEFAULTS: Required<CircuitBreakerOptions> = {
  name: 'circuitBreaker',
  breaker: () => new ConsecutiveBreaker(5),
  openAfterMs: 0,
  halfOpenAfter: exponentialBreak({ initialMs: 4000, factor: 1.5, maxMs: 15_000 }),
  probeLeaseMs: 3000,
  whenOpen: 'reject',
  partitionKey: byEndpoint,
  maxPartitions: 1000,
}
