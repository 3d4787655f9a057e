import { checkPipeline, InvalidOptionsError, type Pipeline, type SpillwayEvent } from '@spillway/core'
import type { Observable } from 'rxjs'
import { DeliveryGuard, GuardedObservable } from './guarded-observable.ts'

/**
 * A pipeline's events as they happen: hot, without replay, in the order in which they were published. It never errors
 * and completes when the pipeline is disposed of.
 *
 * What a subscriber throws when it gets an event hurts no call and does not end the process: it becomes a
 * `diagnostic.reported`. What it throws on a later turn (behind `debounceTime`, `bufferTime`) is RxJS's to report.
 *
 * ```ts
 * import { pipeline, retry } from '@spillway/core'
 * import { events$ } from '@spillway/rxjs'
 *
 * const calls = pipeline([retry({ jitter: 'none' })])
 * events$(calls, 'retry.scheduled').subscribe(({ delayMs, verdict }) => console.log(verdict, delayMs))
 * let tries = 0
 * await calls.execute(async () => {
 *   if (++tries === 1) throw new Error('busy') // => transient 500
 * })
 * ```
 *
 * @param pipeline whose events
 * @param types only these, and typed as these; all without any
 * @throws InvalidOptionsError when a type is not a string
 */
export const events$ = <T extends SpillwayEvent['type']>(
  pipeline: Pipeline<unknown>,
  ...types: readonly T[]
): Observable<Extract<SpillwayEvent, { type: T }>> => {
  checkPipeline('events$.pipeline', pipeline)
  for (const [i, type] of types.entries())
    if (typeof type !== 'string')
      throw new InvalidOptionsError(`events$.types[${i}]`, type, "a type of event, as 'x.y'")
  const wanted = new Set<string>(types)
  const guard = new DeliveryGuard()
  return new GuardedObservable<Extract<SpillwayEvent, { type: T }>>(guard, (subscriber) => {
    const subscription = pipeline.events.subscribe({
      next: (event) => {
        if (wanted.size > 0 && !wanted.has(event.type)) return
        // Throws into core, which tells everybody.
        guard.deliver(() => subscriber.next(event as Extract<SpillwayEvent, { type: T }>))
      },
      complete: () => guard.deliver(() => subscriber.complete()),
    })
    return () => subscription.unsubscribe()
  })
}
