import { checkKnown } from '../kernel/check-options.ts'
import type { Endpoint } from '../kernel/endpoint.ts'
import type { Part } from '../kernel/policy.ts'
import type { VerdictKind } from '../kernel/verdict.ts'
import { accounting } from '../policies/accounting/accounting.ts'
import type { AccountingOptions } from '../policies/accounting/accounting-options.ts'
import { adaptiveConcurrency } from '../policies/adaptive-concurrency/adaptive-concurrency.ts'
import type { AdaptiveConcurrencyOptions } from '../policies/adaptive-concurrency/adaptive-concurrency-options.ts'
import { bulkhead } from '../policies/bulkhead/bulkhead.ts'
import type { BulkheadOptions } from '../policies/bulkhead/bulkhead-options.ts'
import { cache } from '../policies/cache/cache.ts'
import type { CacheOptions } from '../policies/cache/cache-options.ts'
import { circuitBreaker } from '../policies/circuit-breaker/circuit-breaker.ts'
import type { CircuitBreakerOptions } from '../policies/circuit-breaker/circuit-breaker-options.ts'
import { failover } from '../policies/failover/failover.ts'
import type { FailoverOptions } from '../policies/failover/failover-options.ts'
import { fallback } from '../policies/fallback/fallback.ts'
import type { FallbackOptions } from '../policies/fallback/fallback-options.ts'
import { hedge } from '../policies/hedge/hedge.ts'
import type { HedgeOptions } from '../policies/hedge/hedge-options.ts'
import { rateLimit } from '../policies/rate-limit/rate-limit.ts'
import type { RateLimitOptions } from '../policies/rate-limit/rate-limit-options.ts'
import { retry } from '../policies/retry/retry.ts'
import type { RetryOptions } from '../policies/retry/retry-options.ts'
import { schedule } from '../policies/schedule/schedule.ts'
import type { ScheduleOptions } from '../policies/schedule/schedule-options.ts'
import { timeout } from '../policies/timeout/timeout.ts'
import { pipeline, type Pipeline } from './pipeline.ts'
import { PIPELINE_DEFAULTS, type PipelineOptions } from './pipeline-options.ts'

/** Options of {@link standardPipeline}: each part takes its own options, `false` leaves it out. */
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

/** The time limits of {@link standardPipeline}, in milliseconds; `Infinity` for none. */
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

/** The limits that {@link standardPipeline} sets where one is left out. */
export const STANDARD_TIMEOUTS: Required<StandardTimeouts> = {
  totalMs: 180_000,
  attemptMs: Infinity,
  connectMs: Infinity,
  firstByteMs: Infinity,
  idleMs: 15_000,
}

/** Longer than two leases of a probe, so that whatever was admitted meanwhile can speak for the endpoint. */
const STANDARD_CIRCUIT_BREAKER = { openAfterMs: 6000 }

/**
 * The recommended order with defaults for overloaded model APIs:
 *
 * fallback → schedule → timeout(total) → cache → bulkhead → retry → hedge → failover → rateLimit →
 * adaptiveConcurrency → circuitBreaker → timeout(attempt) → accounting → operation
 *
 * Fallback, schedule, cache and accounting are there when they are given.
 * What counts calls sits outside retry; what counts attempts inside, because the provider counts and bills attempts.
 *
 * ```ts
 * import { standardPipeline } from '@spillway/core'
 *
 * const calls = standardPipeline({ endpoints: [{ name: 'official' }, { name: 'relay' }] })
 * console.log(await calls.execute(async ({ endpoint }) => endpoint?.name)) // => official
 * ```
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export const standardPipeline = <E extends Endpoint = Endpoint, F = never>(
  options: StandardPipelineOptions<E, F> = {},
): Pipeline<F> => {
  checkKnown('standardPipeline', options, [...Object.keys(PIPELINE_DEFAULTS), ...POLICIES])
  const { endpoints = [{ name: 'default' }], ...rest } = options
  const { name = 'standard', classifier, clock, random, check, plugins } = rest
  const limits = rest.timeout ?? {}
  checkKnown('standardPipeline.timeout', limits, Object.keys(STANDARD_TIMEOUTS))
  const {
    totalMs = STANDARD_TIMEOUTS.totalMs,
    attemptMs = STANDARD_TIMEOUTS.attemptMs,
    connectMs = STANDARD_TIMEOUTS.connectMs,
    firstByteMs = STANDARD_TIMEOUTS.firstByteMs,
    idleMs = STANDARD_TIMEOUTS.idleMs,
  } = limits
  // What a pace answers for must not stop everybody as well.
  const paced = rest.adaptiveConcurrency !== false && rest.adaptiveConcurrency?.paceMs !== 0
  const ignores: readonly VerdictKind[] = paced ? ['overloaded'] : []
  const parts: readonly (Part | false)[] = [
    rest.fallback ? fallback(rest.fallback) : false,
    rest.schedule ? schedule(rest.schedule) : false,
    timeout({ name: 'timeout(total)', totalMs }),
    rest.cache ? cache(rest.cache) : false,
    rest.bulkhead !== false && bulkhead(rest.bulkhead),
    rest.retry !== false && retry(rest.retry),
    rest.hedge !== false && hedge(rest.hedge),
    failover({ ...rest.failover, endpoints }),
    rest.rateLimit !== false && rateLimit(rest.rateLimit),
    rest.adaptiveConcurrency !== false && adaptiveConcurrency(rest.adaptiveConcurrency),
    rest.circuitBreaker !== false && circuitBreaker({ ...STANDARD_CIRCUIT_BREAKER, ignores, ...rest.circuitBreaker }),
    timeout({ name: 'timeout(attempt)', attemptMs, connectMs, firstByteMs, idleMs }),
    rest.accounting ? accounting(rest.accounting) : false,
  ]
  const made = pipeline(
    parts.filter((part) => part !== false),
    {
      name,
      ...(classifier === undefined ? {} : { classifier }),
      ...(clock === undefined ? {} : { clock }),
      ...(random === undefined ? {} : { random }),
      ...(check === undefined ? {} : { check }),
      ...(plugins === undefined ? {} : { plugins }),
    },
  )
  return made
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
