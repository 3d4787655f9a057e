import { errorName, type DiagnosticReported } from '../kernel/events.ts'
import { InvalidOptionsError } from '../kernel/invalid-options-error.ts'
import type { EventObserver, EventStream, Subscription } from './event-stream.ts'
import { readEvents } from './read-events.ts'
import type { SpillwayEvent } from './spillway-event.ts'

/** How many events a slow `for await` reader may be behind before the oldest are dropped. */
const BUFFER_LIMIT = 10_000

type Listener<E> = Required<EventObserver<E>>

/** An event and who listened when it happened. */
interface Delivery<E> {
  readonly event: E
  readonly to: readonly Listener<E>[]
}

/**
 * The source behind {@link EventStream}. For whoever has events of its own to tell:
 *
 * ```ts
 * import { EventSource } from '@spillway/core'
 *
 * type Told = { readonly type: 'lamp.lit' } | { readonly type: 'diagnostic.reported'; readonly errorName: string }
 * const events = new EventSource<Told>((errorName) => ({ type: 'diagnostic.reported', errorName }))
 * events.subscribe(({ type }) => console.log(type))
 * events.publish({ type: 'lamp.lit' }) // => lamp.lit
 * events.complete()
 * ```
 */
export class EventSource<E extends { readonly type: string } = SpillwayEvent> implements EventStream<E> {
  readonly #diagnose: (errorName: string, about: E) => E
  #listeners: readonly Listener<E>[] = []
  #queue: Delivery<E>[] = []
  #publishing = false
  #completed = false
  #dropped = 0

  /** @param diagnose makes the event, of type `diagnostic.reported`, that tells of a listener which threw @default a pipeline's */
  constructor(diagnose?: (errorName: string, about: E) => E) {
    // Left out only where the events are a pipeline's, which no type can say of a parameter with a default.
    this.#diagnose = diagnose ?? (listenerFailed as unknown as (errorName: string, about: E) => E)
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

  '@@observable'(): EventStream<E> {
    return this
  }

  subscribe(observer: ((event: E) => void) | EventObserver<E>): Subscription {
    if (typeof observer !== 'function' && (typeof observer !== 'object' || observer === null))
      throw new InvalidOptionsError('subscribe.observer', observer, 'a function or an object with next()')
    const listener: Listener<E> =
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
  publish(event: E): void {
    if (this.#completed) return
    this.#queue.push({ event, to: this.#listeners })
    if (this.#publishing) return
    this.#publishing = true
    for (const { event: each, to } of this.#queue) {
      for (const listener of to) if (this.#listeners.includes(listener)) this.#deliver(listener, each)
    }
    this.#queue = []
    this.#publishing = false
    if (this.#completed) this.#tellComplete()
  }

  /** Nothing is published any more; what was published before is delivered first. */
  complete(): void {
    if (this.#completed) return
    this.#completed = true
    if (!this.#publishing) this.#tellComplete()
  }

  #tellComplete(): void {
    const listeners = this.#listeners
    this.#listeners = []
    for (const listener of listeners) this.#guarded(() => listener.complete())
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<E> {
    return readEvents(this, BUFFER_LIMIT, () => this.#dropped++)
  }

  #deliver(listener: Listener<E>, event: E): void {
    try {
      // A listener may be async although its type says that nobody waits for it.
      const result: unknown = listener.next(event)
      if (result instanceof Promise) result.catch((thrown: unknown) => this.#failed(thrown, event))
    } catch (thrown) {
      this.#failed(thrown, event)
    }
  }

  #failed(thrown: unknown, event: E): void {
    // A listener that throws at the report of its own failure would go on for ever.
    if (event.type !== 'diagnostic.reported') this.publish(this.#diagnose(errorName(thrown), event))
  }

  #guarded(call: () => void): void {
    try {
      call()
    } catch {
      // Nobody is left to tell.
    }
  }
}

const listenerFailed = (name: string, { at, pipeline }: SpillwayEvent): DiagnosticReported => ({
  type: 'diagnostic.reported',
  source: 'listener',
  errorName: name,
  at,
  pipeline,
})
