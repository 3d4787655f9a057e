import type { Pipeline } from '../assembly/pipeline.ts'
import type { SpillwayEvent } from '../assembly/spillway-event.ts'

/** What {@link recordEvents} has seen so far. */
export interface EventRecording {
  readonly events: readonly SpillwayEvent[]
  /** One line an event: the instant in milliseconds and the type, for the types asked for, else all. */
  timeline(...types: readonly SpillwayEvent['type'][]): string[]
  stop(): void
}

/**
 * Listens to a pipeline and keeps what it says, as a list and as a timeline to compare.
 *
 * ```ts
 * import { pipeline, retry } from '@spillway/core'
 * import { recordEvents, scriptedOperation, VirtualClock } from '@spillway/core/testing'
 *
 * const clock = new VirtualClock()
 * const calls = pipeline([retry({ jitter: 'none' })], { clock })
 * const recording = recordEvents(calls)
 * const answer = calls.execute(scriptedOperation([{ error: new Error('busy') }, { value: 'done' }]))
 * await clock.advance(1000)
 * await answer
 * console.log(recording.timeline('attempt.started', 'retry.scheduled').join(', '))
 * // => 0 attempt.started, 0 retry.scheduled, 500 attempt.started
 * ```
 */
export const recordEvents = (observed: Pipeline<unknown>): EventRecording => {
  const events: SpillwayEvent[] = []
  const subscription = observed.events.subscribe((event) => events.push(event))
  return {
    events,
    timeline: (...types) =>
      events
        .filter(({ type }) => types.length === 0 || types.includes(type))
        .map(({ at, type }) => `${Math.round(at)} ${type}`),
    stop: () => subscription.unsubscribe(),
  }
}
