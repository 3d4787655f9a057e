import type { SpillwayEvent } from './spillway-event.ts'

/** What hears events: a function, or an observer as RxJS and the Observable proposal know it. */
export interface EventObserver {
  readonly next?: (event: SpillwayEvent) => void
  /** The pipeline was disposed of; nothing follows. */
  readonly complete?: () => void
}

/** How to stop listening. */
export interface Subscription {
  unsubscribe(): void
}

/**
 * A pipeline's events as they happen. RxJS takes it as it is (`from(calls.events)`), and `for await` reads it through a
 * bounded buffer. It never errors; a listener that throws hurts neither a call nor another listener.
 */
export interface EventStream extends AsyncIterable<SpillwayEvent> {
  subscribe(observer: ((event: SpillwayEvent) => void) | EventObserver): Subscription
  /** How many events `for await` readers have missed because they were too slow. */
  readonly dropped: number
  readonly '@@observable': () => EventStream
}
