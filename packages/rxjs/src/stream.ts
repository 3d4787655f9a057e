import { checkPipeline, checkFunction, type CallOptions, type Operation, type Pipeline } from '@spillway/core'
import { Observable } from 'rxjs'
import { startCall } from './start-call.ts'

/**
 * A call whose result is a stream, as an Observable of its parts: cold, each subscription is one call. Unsubscribing
 * ends the call and the stream at once, also while the provider is silent: `from(stream)` would wait for its next part.
 *
 * RxJS has no back-pressure: a part is asked for as soon as the subscriber has returned from the last one.
 *
 * ```ts
 * import { pipeline, retry } from '@spillway/core'
 * import { stream$ } from '@spillway/rxjs'
 * import { lastValueFrom, toArray } from 'rxjs'
 *
 * const calls = pipeline([retry()])
 * const words$ = stream$(calls, async () =>
 *   (async function* () {
 *     yield* ['over', 'the', 'spillway']
 *   })(),
 * )
 * console.log(await lastValueFrom(words$.pipe(toArray()))) // => [ 'over', 'the', 'spillway' ]
 * ```
 *
 * @param pipeline through which; a fallback's answer must be a stream too
 * @param operation gives the stream
 * @param options signal, priority, values, classifier of each call
 * @throws InvalidOptionsError when `operation` is no function
 */
export const stream$ = <T>(
  pipeline: Pipeline<AsyncIterable<T>>,
  operation: Operation<AsyncIterable<T>>,
  options: CallOptions = {},
): Observable<T> => {
  checkPipeline('stream$.pipeline', pipeline)
  checkFunction('stream$.operation', operation)
  return new Observable((subscriber) => {
    const call = startCall(pipeline, operation, options)
    let iterator: AsyncIterator<T> | undefined
    let ended = false

    const read = async (): Promise<void> => {
      const stream = await call.answer
      iterator = stream[Symbol.asyncIterator]()
      if (subscriber.closed) return close(iterator)
      for (;;) {
        const { done, value } = await iterator.next()
        if (subscriber.closed) return
        if (done) break
        subscriber.next(value)
      }
      ended = true
      subscriber.complete()
    }
    read().catch((error: unknown) => {
      ended = true
      if (!subscriber.closed) subscriber.error(error)
    })

    return () => {
      if (ended) return
      ended = true
      call.cancel()
      if (iterator !== undefined) close(iterator)
    }
  })
}

/** Nobody is left who could use an error of the stream's own clearing up. */
const close = (iterator: AsyncIterator<unknown>): void => {
  Promise.resolve(iterator.return?.()).catch(() => {})
}
