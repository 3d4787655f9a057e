import {
  checkPipeline,
  BULKHEAD_DEFAULTS,
  checkFunction,
  checkNumber,
  type CallContext,
  type CallOptions,
  type Pipeline,
} from '@spillway/core'
import { mergeMap, type OperatorFunction } from 'rxjs'
import { execute$ } from './execute.ts'

/** Options of {@link throughPipeline}: those of every call, and how many run. */
export interface ThroughPipelineOptions extends CallOptions {
  /**
   * How many calls are under way at once: an integer from 1, or `Infinity`. The values behind them wait here, where no
   * deadline runs yet. @default 64, as many as a bulkhead lets in
   */
  readonly concurrency?: number
}

/**
 * Makes a call of every value, and gives the answers as they come: `mergeMap` through a pipeline. The first call that
 * fails fails the stream and ends the others; unsubscribing ends them all.
 *
 * ```ts
 * import { standardPipeline } from '@spillway/core'
 * import { throughPipeline } from '@spillway/rxjs'
 * import { from, lastValueFrom, toArray } from 'rxjs'
 *
 * const calls = standardPipeline()
 * const lengths$ = from(['dam', 'river']).pipe(throughPipeline(calls, async (word) => word.length, { concurrency: 2 }))
 * console.log(await lastValueFrom(lengths$.pipe(toArray()))) // => [ 3, 5 ]
 * ```
 *
 * @param pipeline through which
 * @param project what to run for a value; it passes `context.signal` to whatever it waits for
 * @param options of every call, and how many are under way at once
 * @throws InvalidOptionsError when `project` is no function or `concurrency` is out of its range
 */
export const throughPipeline = <T, R, Adds = never>(
  pipeline: Pipeline<Adds>,
  project: (value: T, context: CallContext) => PromiseLike<R>,
  options: ThroughPipelineOptions = {},
): OperatorFunction<T, R | Adds> => {
  checkPipeline('throughPipeline.pipeline', pipeline)
  const { concurrency = BULKHEAD_DEFAULTS.maxConcurrency, ...call } = options
  checkFunction('throughPipeline.project', project)
  checkNumber('throughPipeline.concurrency', concurrency, { min: 1, integer: true, infinite: true })
  return mergeMap((value: T) => execute$(pipeline, (context) => project(value, context), call), concurrency)
}
