import { Observable, Subscriber, type Observer, type Operator, type Subscription, type TeardownLogic } from 'rxjs'

/** Holds what subscribers throw while a value is being delivered, so that whoever delivers it hears of it. */
export class DeliveryGuard {
  #delivering = false
  #caught: { readonly thrown: unknown } | undefined

  /** Delivers, then throws what the first of the subscribers threw. */
  deliver(send: () => void): void {
    const nested = this.#delivering
    this.#delivering = true
    try {
      send()
    } finally {
      this.#delivering = nested
    }
    const caught = this.#caught
    this.#caught = undefined
    if (caught !== undefined) throw caught.thrown
  }

  /** Runs a subscriber's code. Outside of a delivery a throw goes on to RxJS. */
  run(code: () => void): void {
    if (!this.#delivering) return code()
    try {
      code()
    } catch (thrown) {
      this.#caught ??= { thrown }
    }
  }
}

type Listener<T> = Partial<Observer<T>> | ((value: T) => void) | null

/**
 * An Observable, and all that is piped from it, whose subscribers may throw. RxJS 7 would report such an error as
 * uncaught on a later turn, which ends a Node process and every call in it.
 */
export class GuardedObservable<T> extends Observable<T> {
  readonly #guard: DeliveryGuard

  constructor(guard: DeliveryGuard, subscribe?: (this: Observable<T>, subscriber: Subscriber<T>) => TeardownLogic) {
    super(subscribe)
    this.#guard = guard
  }

  /** Every operator of RxJS 7 makes its result by this. */
  override lift<R>(operator?: Operator<T, R>): Observable<R> {
    const lifted = new GuardedObservable<R>(this.#guard)
    lifted.source = this
    lifted.operator = operator
    return lifted
  }

  override subscribe(
    listener?: Listener<T>,
    onError?: ((error: unknown) => void) | null,
    onComplete?: (() => void) | null,
  ): Subscription {
    // What operators put between source and subscriber is RxJS's own and does not throw.
    if (listener instanceof Subscriber) return super.subscribe(listener)
    const observer: Partial<Observer<T>> =
      typeof listener === 'function' || listener === undefined || listener === null
        ? {
            ...(listener ? { next: listener } : {}),
            ...(onError ? { error: onError } : {}),
            ...(onComplete ? { complete: onComplete } : {}),
          }
        : listener
    return super.subscribe({
      next: (value) => this.#guard.run(() => observer.next?.(value)),
      error: (error: unknown) =>
        this.#guard.run(() => {
          if (observer.error === undefined) throw error
          observer.error(error)
        }),
      complete: () => this.#guard.run(() => observer.complete?.()),
    })
  }
}
