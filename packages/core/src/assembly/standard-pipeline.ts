import type { Endpoint } from '../kernel/endpoint.ts'
import type { Part } from '../kernel/policy.ts'
import type { VerdictKind } from '../kernel/verdict.ts'
import { accounting } from '../policies/accounting/accounting.ts'
import { adaptiveConcurrency } from '../policies/adaptive-concurrency/adaptive-concurrency.ts'
import { bulkhead } from '../policies/bulkhead/bulkhead.ts'
import { cache } from '../policies/cache/cache.ts'
import { circuitBreaker } from '../policies/circuit-breaker/circuit-breaker.ts'
import { failover } from '../policies/failover/failover.ts'
import { fallback } from '../policies/fallback/fallback.ts'
import { hedge } from '../policies/hedge/hedge.ts'
import { rateLimit } from '../policies/rate-limit/rate-limit.ts'
import { retry } from '../policies/retry/retry.ts'
import { schedule } from '../policies/schedule/schedule.ts'
import { timeout } from '../policies/timeout/timeout.ts'
import { pipeline, type Pipeline } from './pipeline.ts'
import { checkStandardPipeline, STANDARD_TIMEOUTS, type StandardPipelineOptions } from './standard-pipeline-options.ts'

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
  checkStandardPipeline('standardPipeline', options)
  const { endpoints = [{ name: 'default' }], ...rest } = options
  const { name = 'standard', classifier, clock, random, check, plugins } = rest
  const limits = rest.timeout ?? {}
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
