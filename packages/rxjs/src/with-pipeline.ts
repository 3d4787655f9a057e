import { type CallOptions, checkPipeline, type Operation, type Pipeline } from '@spillway/core'
import { Observable, type Observer, type OperatorFunction } from 'rxjs'
import { SourceRun } from './source-run.ts'
import { startCall } from './start-call.ts'

/**
 * Runs every subscription to the source as a call: what the pipeline does with an operation it does with the
 * subscription. A retry subscribes again, a breaker refuses to subscribe, a bulkhead waits before it subscribes.
 *
 * The first value is the commit, as with every stream: before it a failure may be retried, and nobody sees that; after
 * it the error is passed on, because a new subscription would repeat what was delivered. Places and verdicts wait for
 * the end of the source.
 *
 * ```ts
 * import { pipeline, retry } from '@spillway/core'
 * import { withPipeline } from '@spillway/rxjs'
 * import { defer, lastValueFrom, of, throwError } from 'rxjs'
 *
 * const calls = pipeline([retry({ jitter: 'none' })])
 * let subscriptions = 0
 * const source$ = defer(() => (++subscriptions === 1 ? throwError(() => new Error('busy')) : of('done')))
 * console.log(await lastValueFrom(source$.pipe(withPipeline(calls))), subscriptions) // => done 2
 * ```
 *
 * @param pipeline through which
 * @param options signal, priority, values, classifier of each call
 * @throws InvalidOptionsError for what is no pipeline
 */
export const withPipeline = <T, Adds = never>(
  pipeline: Pipeline<Adds>,
  options: CallOptions = {},
): OperatorFunction<T, T | Adds> => {
  checkPipeline('withPipeline.pipeline', pipeline)
  return (source) =>
    new Observable((subscriber) => {
      const runs: SourceRun<T>[] = []
      const reader: Observer<T | Adds> = {
        next: (value) => subscriber.next(value),
        error: (error: unknown) => {
          if (!subscriber.closed) subscriber.error(error)
        },
        complete: () => subscriber.complete(),
      }
      const operation: Operation<T | undefined> = (context) => {
        const run = new SourceRun<T>(context)
        runs.push(run)
        return run.start(source)
      }
      const call = startCall(pipeline, operation, options)
      const read = async (): Promise<void> => {
        const value = await call.answer
        // Of two that gave the same, the one that was ended is the one that lost.
        const gave = runs.filter((run) => run.gave(value))
        const chosen = gave.findLast((run) => !run.aborted) ?? gave.at(-1)
        if (chosen !== undefined) return chosen.read(reader)
        // A fallback's answer.
        reader.next(value as Adds)
        reader.complete()
      }
      read().catch(reader.error)
      return call.cancel
    })
}
