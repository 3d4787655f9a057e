import { checkPipeline, checkDuration, checkKnown, type Pipeline, type PipelineState, type Timer } from '@spillway/core'
import { Observable } from 'rxjs'
import { sameData } from './same-data.ts'

/** Options of {@link state$}. */
export interface StateOptions {
  /**
   * The shortest time between two values, in milliseconds on the pipeline's clock. The last change is never lost: it
   * comes when the time is over. @default 0: at most one value for each turn of the microtask queue
   */
  readonly everyMs?: number
}

/**
 * What a pipeline knows about itself: the state now, then a new one after events that changed it. Several events of one
 * turn make one value, and equal states follow each other never. Completes with the last state when the pipeline is
 * disposed of.
 *
 * What changes without an event (a circuit worked by hand, permits that grow back) shows after the next event.
 *
 * ```ts
 * import { pipeline } from '@spillway/core'
 * import { state$ } from '@spillway/rxjs'
 *
 * const calls = pipeline([])
 * state$(calls).subscribe(({ inFlight }) => console.log(inFlight)) // => 0
 * await calls.execute(async () => 'done') // => 1
 * // => 0
 * ```
 *
 * @param pipeline whose state
 * @param options how often
 * @throws InvalidOptionsError when an option is unknown or out of its range
 */
export const state$ = (pipeline: Pipeline<unknown>, options: StateOptions = {}): Observable<PipelineState> => {
  checkPipeline('state$.pipeline', pipeline)
  checkKnown('state$', options, ['everyMs'])
  const everyMs = checkDuration('state$.everyMs', options.everyMs ?? 0)
  return new Observable((subscriber) => {
    const { clock } = pipeline
    let last = pipeline.state()
    let readAt = clock.now()
    let due = false
    let timer: Timer | undefined

    const read = (): void => {
      due = false
      if (subscriber.closed) return
      readAt = clock.now()
      try {
        const state = pipeline.state()
        if (sameData(state, last)) return
        last = state
      } catch (error) {
        // A policy of somebody else's whose snapshot() throws.
        return subscriber.error(error)
      }
      subscriber.next(last)
    }

    subscriber.next(last)
    const subscription = pipeline.events.subscribe({
      next: () => {
        if (due) return
        due = true
        const waitMs = readAt + everyMs - clock.now()
        if (waitMs <= 0) return queueMicrotask(read)
        timer = clock.setTimer(waitMs, read)
        // Looking on keeps no process alive.
        timer.unref()
      },
      complete: () => {
        read()
        subscriber.complete()
      },
    })
    return () => {
      subscription.unsubscribe()
      timer?.cancel()
    }
  })
}
