import { checkKnown } from '../kernel/check-options.ts'
import type { Endpoint } from '../kernel/endpoint.ts'
import type { AccountingOptions } from '../policies/accounting/accounting-options.ts'
import type { AdaptiveConcurrencyOptions } from '../policies/adaptive-concurrency/adaptive-concurrency-options.ts'
import type { BulkheadOptions } from '../policies/bulkhead/bulkhead-options.ts'
import type { CacheOptions } from '../policies/cache/cache-options.ts'
import type { CircuitBreakerOptions } from '../policies/circuit-breaker/circuit-breaker-options.ts'
import type { FailoverOptions } from '../policies/failover/failover-options.ts'
import type { FallbackOptions } from '../policies/fallback/fallback-options.ts'
import type { HedgeOptions } from '../policies/hedge/hedge-options.ts'
import type { RateLimitOptions } from '../policies/rate-limit/rate-limit-options.ts'
import type { RetryOptions } from '../policies/retry/retry-options.ts'
import type { ScheduleOptions } from '../policies/schedule/schedule-options.ts'
import { PIPELINE_DEFAULTS, type PipelineOptions } from './pipeline-options.ts'

/** Options of `standardPipeline`: each part takes its own options, `false` leaves it out. */
export interface StandardPipelineOptions<E extends Endpoint = Endpoint, F = never> extends PipelineOptions {
  /** The places that can serve a call, preferred ones first. @default one, named 'default' */
  readonly endpoints?: readonly E[]
  /** The last resort. @default none */
  readonly fallback?: FallbackOptions<F> | false
  /** The limits of a call and of its attempts. @default totalMs 180000, idleMs 15000 */
  readonly timeout?: StandardTimeouts
  /** When deferrable calls may start. @default none: all start at once */
  readonly schedule?: ScheduleOptions | false
  /** Answers that are kept, and identical calls that share their work. @default none */
  readonly cache?: CacheOptions | false
  /** How many calls run at once. @default 64, the others wait */
  readonly bulkhead?: BulkheadOptions | false
  /** Trying again. @default as long as the deadline allows */
  readonly retry?: RetryOptions | false
  /** A second attempt while the first is at work. @default on evidence that it is lost, for a tenth of the calls at most */
  readonly hedge?: HedgeOptions | false
  /** How an endpoint is chosen. @default the one expected to answer first */
  readonly failover?: Omit<FailoverOptions<E>, 'endpoints'>
  /** The pace at each endpoint. @default no quota, the provider's hints obeyed */
  readonly rateLimit?: RateLimitOptions | false
  /** How many attempts an endpoint has at once, and their pace while it is overloaded. @default learned, from 32 */
  readonly adaptiveConcurrency?: AdaptiveConcurrencyOptions | false
  /**
   * When an endpoint is left alone; overloads are the business of `adaptiveConcurrency`, where that keeps a pace.
   * @default after five failures in a row, one probe at a time
   */
  readonly circuitBreaker?: CircuitBreakerOptions | false
  /** What attempts use and cost, and the most that a call may cost. @default none */
  readonly accounting?: AccountingOptions | false
}

/** The time limits of `standardPipeline`, in milliseconds; `Infinity` for none. */
export interface StandardTimeouts {
  /** The whole call. @default 180000 */
  readonly totalMs?: number
  /** One attempt. An abandoned generation is paid work thrown away, so that there is none by default. @default Infinity */
  readonly attemptMs?: number
  /** Up to the connection of an attempt. @default Infinity; Node's `fetch` then gives it up after 10 s */
  readonly connectMs?: number
  /** Up to the first content of an attempt. @default Infinity */
  readonly firstByteMs?: number
  /** Between two parts of a stream; thinking models need more. @default 15000 */
  readonly idleMs?: number
}

/** The limits that `standardPipeline` sets where one is left out. */
export const STANDARD_TIMEOUTS: Required<StandardTimeouts> = {
  totalMs: 180_000,
  attemptMs: Infinity,
  connectMs: Infinity,
  firstByteMs: Infinity,
  idleMs: 15_000,
}

const POLICIES = [
  'endpoints',
  'fallback',
  'schedule',
  'timeout',
  'cache',
  'bulkhead',
  'retry',
  'hedge',
  'failover',
  'rateLimit',
  'adaptiveConcurrency',
  'circuitBreaker',
  'accounting',
]

/**
 * Refuses misspelt options of the standard pipeline. For adapters that take them as their own.
 *
 * @param owner whose options they are for the person who wrote them
 * @param others what the owner takes beside them
 * @throws InvalidOptionsError naming the option as the owner's
 */
export const checkStandardPipeline = (owner: string, options: object, others: readonly string[] = []): void => {
  checkKnown(owner, options, [...others, ...Object.keys(PIPELINE_DEFAULTS), ...POLICIES])
  const { timeout = {} } = options as StandardPipelineOptions
  checkKnown(`${owner}.timeout`, timeout, Object.keys(STANDARD_TIMEOUTS))
}
