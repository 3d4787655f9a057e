import { errorName, type DiagnosticReported } from '../kernel/events.ts'
import type { EventSink, PipelineEvent } from '../kernel/pipeline-event.ts'
import type { SpillwayEvent } from './spillway-event.ts'

/** What hears events: a function, or an observer as RxJS and the Observable proposal know it. */
export interface EventObserver {
  readonly next?: (event: SpillwayEvent) => void
  /** The pipeline was disposed of; nothing follows. */
  readonly complete?: () => void
}

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

/** How many events a slow `for await` reader may be behind before the oldest are dropped. */
const BUFFER_LIMIT = 10_000

type Listener = Required<EventObserver>

/** An event and who listened when it happened. */
interface Delivery {
  readonly event: SpillwayEvent
  readonly to: readonly Listener[]
}

/** The source behind {@link EventStream}. */
export class EventSource implements EventStream, EventSink {
  #listeners: readonly Listener[] = []
  #queue: Delivery[] = []
  #publishing = false
  #completed = false
  #dropped = 0

  constructor() {
    // RxJS looks for this symbol where some polyfill has defined it, and for the string where none has.
    const symbol = (Symbol as { observable?: symbol }).observable
    if (symbol !== undefined) Object.defineProperty(this, symbol, { value: () => this })
  }

  get listening(): boolean {
    return this.#listeners.length > 0
  }

  get dropped(): number {
    return this.#dropped
  }

  '@@observable'(): EventStream {
    return this
  }

  subscribe(observer: ((event: SpillwayEvent) => void) | EventObserver): Subscription {
    const listener: Listener =
      typeof observer === 'function'
        ? { next: observer, complete: () => {} }
        : {
            next: (event) => observer.next?.(event),
            complete: () => observer.complete?.(),
          }
    if (this.#completed) this.#guarded(() => listener.complete())
    else this.#listeners = [...this.#listeners, listener]
    return {
      unsubscribe: () => {
        this.#listeners = this.#listeners.filter((other) => other !== listener)
      },
    }
  }

  /** Delivers in order also when a listener causes the next event: that one waits until everybody has this one. */
  publish(event: PipelineEvent): void {
    if (this.#completed) return
    this.#queue.push({ event: event as SpillwayEvent, to: this.#listeners })
    if (this.#publishing) return
    this.#publishing = true
    for (const { event: each, to } of this.#queue) {
      for (const listener of to) if (this.#listeners.includes(listener)) this.#deliver(listener, each)
    }
    this.#queue = []
    this.#publishing = false
  }

  complete(): void {
    if (this.#completed) return
    this.#completed = true
    const listeners = this.#listeners
    this.#listeners = []
    for (const listener of listeners) this.#guarded(() => listener.complete())
  }

  async *[Symbol.asyncIterator](): AsyncIterableIterator<SpillwayEvent> {
    const buffer: SpillwayEvent[] = []
    let done = false
    let wake = (): void => {}
    const subscription = this.subscribe({
      next: (event) => {
        if (buffer.push(event) > BUFFER_LIMIT) {
          buffer.shift()
          this.#dropped++
        }
        wake()
      },
      complete: () => {
        done = true
        wake()
      },
    })
    try {
      for (;;) {
        const batch = buffer.splice(0)
        yield* batch
        if (buffer.length > 0) continue
        if (done) return
        await new Promise<void>((resolve) => (wake = resolve))
      }
    } finally {
      subscription.unsubscribe()
    }
  }

  #deliver(listener: Listener, event: SpillwayEvent): void {
    try {
      listener.next(event)
    } catch (thrown) {
      // A listener that throws at the report of its own failure would go on for ever.
      if (event.type === 'diagnostic.reported') return
      const { at, pipeline } = event
      const report: DiagnosticReported = {
        type: 'diagnostic.reported',
        source: 'listener',
        errorName: errorName(thrown),
        at,
        pipeline,
      }
      this.publish(report)
    }
  }

  #guarded(call: () => void): void {
    try {
      call()
    } catch {
      // Nobody is left to tell.
    }
  }
}
