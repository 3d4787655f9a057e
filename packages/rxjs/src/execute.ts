import { checkPipeline, checkFunction, type CallOptions, type Operation, type Pipeline } from '@spillway/core'
import { Observable } from 'rxjs'
import { startCall } from './start-call.ts'

/**
 * A call as an Observable: cold, each subscription is one call. It gives the value and completes, or errors with what
 * the call threw, untouched. Unsubscribing before that ends the call, wherever it waits, and reaches the operation's
 * signal.
 *
 * For an operation whose result is a stream, {@link stream$} gives the parts and closes the stream.
 *
 * ```ts
 * import { pipeline, retry } from '@spillway/core'
 * import { execute$ } from '@spillway/rxjs'
 * import { lastValueFrom } from 'rxjs'
 *
 * const calls = pipeline([retry()])
 * const answer$ = execute$(calls, async ({ attempt }) => `attempt ${attempt}`)
 * console.log(await lastValueFrom(answer$)) // => attempt 1
 * ```
 *
 * @param pipeline through which
 * @param operation what to run
 * @param options signal, priority, values, classifier of each call
 * @throws InvalidOptionsError when `operation` is no function
 */
export const execute$ = <R, Adds = never>(
  pipeline: Pipeline<Adds>,
  operation: Operation<R>,
  options: CallOptions = {},
): Observable<R | Adds> => {
  checkPipeline('execute$.pipeline', pipeline)
  checkFunction('execute$.operation', operation)
  return new Observable((subscriber) => {
    const call = startCall(pipeline, operation, options)
    let settled = false
    const run = async (): Promise<void> => {
      try {
        const value = await call.answer
        settled = true
        subscriber.next(value)
        subscriber.complete()
      } catch (error) {
        settled = true
        if (!subscriber.closed) subscriber.error(error)
      }
    }
    void run()
    return () => {
      if (!settled) call.cancel()
    }
  })
}
