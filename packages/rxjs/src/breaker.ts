import { circuitBreaker, pipeline, type CircuitBreakerOptions, type PipelineOptions } from '@spillway/core'
import type { MonoTypeOperatorFunction } from 'rxjs'
import { withPipeline } from './with-pipeline.ts'

/**
 * Stops subscribing to a source that only fails: core's `circuitBreaker` around each subscription. While it is open,
 * subscribers get a `CircuitOpenError`.
 *
 * The operator has one state, shared by everything it is used in: make it once and keep it, not in each `pipe()`.
 *
 * ```ts
 * import { breaker } from '@spillway/rxjs'
 * import { lastValueFrom, throwError } from 'rxjs'
 *
 * const broken = breaker<never>({ halfOpenAfter: 10_000 })
 * const source$ = throwError(() => new Error('down')).pipe(broken)
 * for (let i = 0; i < 5; i++) await lastValueFrom(source$).catch(() => {})
 * await lastValueFrom(source$).catch((error) => console.log(error.code)) // => ERR_SPILLWAY_CIRCUIT_OPEN
 * ```
 *
 * @param options those of `circuitBreaker()`
 * @param pipelineOptions classifier, clock, chance, name
 * @throws InvalidOptionsError when an option is out of its range
 */
export const breaker = <T>(
  options: CircuitBreakerOptions = {},
  pipelineOptions: PipelineOptions = {},
): MonoTypeOperatorFunction<T> =>
  withPipeline(pipeline([circuitBreaker(options)], { name: 'breaker', ...pipelineOptions }))
