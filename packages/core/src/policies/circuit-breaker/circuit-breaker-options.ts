import { ConsecutiveBreaker, ConstantBackoff, type IBackoffFactory, type IBreaker } from 'cockatiel'
import { checkDuration, checkFunction, checkKnown, checkNumber, checkOneOf } from '../../kernel/check-options.ts'
import { byEndpoint, type PartitionKey } from '../../kernel/endpoint.ts'
import { InvalidOptionsError } from '../../kernel/invalid-options-error.ts'
import { areLeases } from '../../primitives/leases.ts'
import { exponentialBackoff } from '../../primitives/backoff.ts'
import type { VerdictKind } from '../../kernel/verdict.ts'
import type { BreakContext } from './breaks.ts'
import { isCircuitAdvice, type CircuitAdvice } from './circuit-advice.ts'
import { SIGNIFICANCE } from './circuit.ts'

/** Options of {@link circuitBreaker}. */
export interface CircuitBreakerOptions {
  /** Appears in events, errors and descriptions. @default 'circuitBreaker' */
  readonly name?: string
  /**
   * Makes the strategy that says when to open: one for each partition. cockatiel's `ConsecutiveBreaker` and
   * `CountBreaker`, `windowBreaker`, or any `IBreaker`. @default () => new ConsecutiveBreaker(5)
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
  /**
   * Verdicts that decide nothing here although they would, where another policy deals with them: `overloaded` beside an
   * `adaptiveConcurrency` that paces. @default none
   */
  readonly ignores?: readonly VerdictKind[]
  /**
   * What other processes see, where they tell one another: while many of them are failing, one failure of this one's own
   * opens the circuit, and one process at a time sends probes. Not used in a `dryRun`. @default none
   */
  readonly advice?: CircuitAdvice
  /**
   * What share of the processes that called lately, this one included, must be failing before that advice is taken: more
   * than this, from 0 to 1. @default 0.5
   */
  readonly quorumRatio?: number
  /** How many processes must have called lately before advice is taken, this one included: an integer from 2. @default 3 */
  readonly quorumProcesses?: number
  /** Decides and tells, in events marked `dryRun`, and refuses nothing: to try options beside live traffic. @default false */
  readonly dryRun?: boolean
  /** Which share of the state a call uses. @default the endpoint's name */
  readonly partitionKey?: PartitionKey
  /** How many partitions are remembered: an integer from 1. @default 1000 */
  readonly maxPartitions?: number
}

/** What {@link circuitBreaker} takes where an option is left out. */
export const CIRCUIT_BREAKER_DEFAULTS: Required<Omit<CircuitBreakerOptions, 'advice'>> = {
  name: 'circuitBreaker',
  breaker: () => new ConsecutiveBreaker(5),
  openAfterMs: 0,
  halfOpenAfter: /* @__PURE__ */ exponentialBackoff({ initialDelayMs: 4000, factor: 1.5, maxDelayMs: 15_000 }),
  probeLeaseMs: 3000,
  whenOpen: 'reject',
  ignores: [],
  quorumRatio: 0.5,
  quorumProcesses: 3,
  dryRun: false,
  partitionKey: byEndpoint,
  maxPartitions: 1000,
}

const VERDICT_KINDS = /* @__PURE__ */ Object.keys(SIGNIFICANCE) as VerdictKind[]

/** With defaults where an option is left out, and the breaks as a backoff. */
export interface ResolvedCircuitBreakerOptions
  extends Required<Omit<CircuitBreakerOptions, 'advice'>>, Pick<CircuitBreakerOptions, 'advice'> {
  readonly breaks: IBackoffFactory<BreakContext>
}

/** @throws InvalidOptionsError when an option is out of its range */
export const checkCircuitBreaker = (options: CircuitBreakerOptions): ResolvedCircuitBreakerOptions => {
  checkKnown('circuitBreaker', options, [...Object.keys(CIRCUIT_BREAKER_DEFAULTS), 'advice'])
  const resolved = { ...CIRCUIT_BREAKER_DEFAULTS, ...options }
  checkFunction('circuitBreaker.breaker', resolved.breaker)
  checkFunction('circuitBreaker.partitionKey', resolved.partitionKey)
  checkDuration('circuitBreaker.openAfterMs', resolved.openAfterMs)
  checkDuration('circuitBreaker.probeLeaseMs', resolved.probeLeaseMs, { infinite: true })
  checkOneOf('circuitBreaker.whenOpen', resolved.whenOpen, ['reject', 'wait'])
  checkNumber('circuitBreaker.maxPartitions', resolved.maxPartitions, { min: 1, integer: true })
  checkNumber('circuitBreaker.quorumRatio', resolved.quorumRatio, { min: 0, max: 1 })
  checkNumber('circuitBreaker.quorumProcesses', resolved.quorumProcesses, { min: 2, integer: true })
  const { advice } = resolved
  if (advice !== undefined && !(isCircuitAdvice(advice) && areLeases(advice.leases)))
    throw new InvalidOptionsError('circuitBreaker.advice', advice, 'advice: an object with exchange() and leases')
  if (!Array.isArray(resolved.ignores))
    throw new InvalidOptionsError('circuitBreaker.ignores', resolved.ignores, 'a list of verdicts')
  for (const [i, kind] of resolved.ignores.entries()) checkOneOf(`circuitBreaker.ignores[${i}]`, kind, VERDICT_KINDS)
  if (typeof resolved.dryRun !== 'boolean')
    throw new InvalidOptionsError('circuitBreaker.dryRun', resolved.dryRun, 'true or false')
  return { ...resolved, breaks: breaksOf(resolved.halfOpenAfter) }
}

/**
 * Makes strategies, the first one at once: wrong options of a strategy are told before any work. A function that throws for
 * another reason is asked again by whoever needs one.
 */
export const strategyMaker = (breaker: () => IBreaker): (() => IBreaker) => {
  let spare: IBreaker | undefined
  try {
    spare = breaker()
  } catch (error) {
    if (error instanceof InvalidOptionsError) throw error
    return breaker
  }
  const { success, failure } = (spare ?? {}) as Partial<IBreaker>
  if (typeof success !== 'function' || typeof failure !== 'function')
    throw new InvalidOptionsError('circuitBreaker.breaker', breaker, 'a function that makes a breaker of cockatiel')
  return () => {
    const made = spare ?? breaker()
    spare = undefined
    return made
  }
}

const breaksOf = (halfOpenAfter: Required<CircuitBreakerOptions>['halfOpenAfter']): IBackoffFactory<BreakContext> => {
  if (typeof halfOpenAfter === 'number')
    return new ConstantBackoff(checkDuration('circuitBreaker.halfOpenAfter', halfOpenAfter))
  if (typeof halfOpenAfter?.next === 'function') return halfOpenAfter
  throw new InvalidOptionsError('circuitBreaker.halfOpenAfter', halfOpenAfter, 'milliseconds or a backoff')
}
