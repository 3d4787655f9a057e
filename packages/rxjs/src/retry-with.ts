import { pipeline, retry, type PipelineOptions, type RetryOptions } from '@spillway/core'
import type { MonoTypeOperatorFunction } from 'rxjs'
import { withPipeline } from './with-pipeline.ts'

/**
 * Subscribes again after a failure that another try may mend, by the rules of core's `retry`: judged by verdicts, waits
 * as long as the server asks at least, gives back the last error untouched. Unlike RxJS's `retry` it does so only while
 * nothing has been delivered: a new subscription would repeat what was.
 *
 * ```ts
 * import { retryWith } from '@spillway/rxjs'
 * import { defer, lastValueFrom } from 'rxjs'
 *
 * let tries = 0
 * const answer$ = defer(async () => {
 *   if (++tries < 2) throw new Error('busy')
 *   return 'done'
 * }).pipe(retryWith({ maxAttempts: 3 }))
 * console.log(await lastValueFrom(answer$), tries) // => done 2
 * ```
 *
 * @param options those of `retry()`
 * @param pipelineOptions classifier, clock, chance, name
 * @throws InvalidOptionsError when an option is out of its range
 */
export const retryWith = <T>(
  options: RetryOptions = {},
  pipelineOptions: PipelineOptions = {},
): MonoTypeOperatorFunction<T> => withPipeline(pipeline([retry(options)], { name: 'retryWith', ...pipelineOptions }))
