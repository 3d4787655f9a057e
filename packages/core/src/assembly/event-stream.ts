import type { SpillwayEvent } from './spillway-event.ts'

/** What hears events: a function, or an observer as RxJS and the Observable proposal know it. */
export interface EventObserver<E = SpillwayEvent> {
  readonly next?: (event: E) => void
  /** What told them was disposed of; nothing follows. */
  readonly complete?: () => void
}

/** How to stop listening. */
export interface Subscription {
  unsubscribe(): void
}

/**
 * Events as they happen: a pipeline's, unless it says otherwise. RxJS takes it as it is (`from(calls.events)`), and `for await`
 * reads it through a bounded buffer. It never errors; a listener that throws hurts neither a call nor another listener.
 */
export interface EventStream<E = SpillwayEvent> extends AsyncIterable<E> {
  subscribe(observer: ((event: E) => void) | EventObserver<E>): Subscription
  /** How many events `for await` readers have missed because they were too slow. */
  readonly dropped: number
  readonly '@@observable': () => EventStream<E>
}
