import { bulkhead as bulkheadPolicy, pipeline, type BulkheadOptions, type PipelineOptions } from '@spillway/core'
import type { MonoTypeOperatorFunction } from 'rxjs'
import { withPipeline } from './with-pipeline.ts'

/**
 * Bounds how many subscriptions are at work at once: core's `bulkhead` around each. The others wait before they
 * subscribe; unsubscribing leaves the line. A place is held until the source ends.
 *
 * The operator has one state, shared by everything it is used in: make it once and keep it, not in each `pipe()`.
 *
 * ```ts
 * import { bulkhead } from '@spillway/rxjs'
 * import { defer, lastValueFrom, merge, toArray } from 'rxjs'
 *
 * const two = bulkhead<number>({ maxConcurrency: 2 })
 * const squares = [1, 2, 3].map((n) => defer(async () => n * n).pipe(two))
 * console.log(await lastValueFrom(merge(...squares).pipe(toArray()))) // => [ 1, 4, 9 ]
 * ```
 *
 * @param options those of core's `bulkhead()`
 * @param pipelineOptions classifier, clock, chance, name
 * @throws InvalidOptionsError when an option is out of its range
 */
export const bulkhead = <T>(
  options: BulkheadOptions = {},
  pipelineOptions: PipelineOptions = {},
): MonoTypeOperatorFunction<T> =>
  withPipeline(pipeline([bulkheadPolicy(options)], { name: 'bulkhead', ...pipelineOptions }))
