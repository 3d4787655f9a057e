import {
  defaultClassifier,
  failure,
  isSpillwayError,
  success,
  type CallContext,
  type Outcome,
  type Verdict,
} from '@spillway/core'
import type { Observable, Observer, Subscription } from 'rxjs'

type Ending<T> = (reader: Observer<T>) => void

const CANCELED: Verdict = { kind: 'canceled' }

/**
 * One subscription to a source as one attempt: its first value is the answer, the rest the body. Holds back what comes
 * until somebody is there to read it.
 */
export class SourceRun<T> {
  readonly #context: CallContext
  readonly #held: T[] = []
  #first: T | undefined
  #answered = false
  #aborted = false
  #reader: Observer<T> | undefined
  #ending: Ending<T> | undefined
  #subscription: Subscription | undefined
  #unlisten = (): void => {}

  constructor(context: CallContext) {
    this.#context = context
  }

  get aborted(): boolean {
    return this.#aborted
  }

  /** Whether `value` may be this run's answer. */
  gave(value: unknown): boolean {
    return this.#answered && Object.is(this.#first, value)
  }

  /** Subscribes. Resolves with the first value, or with `undefined` when there is none. */
  async start(source: Observable<T>): Promise<T | undefined> {
    await new Promise<void>((resolve, reject) => {
      this.#unlisten = this.#context.onAbort((reason) => {
        this.#aborted = true
        this.#end(
          (reader) => reader.error(reason),
          failure(reason, isSpillwayError(reason) ? reason.verdict : CANCELED),
        )
        reject(reason)
      })
      if (this.#ending === undefined) this.#subscribe(source, resolve, reject)
    })
    this.#answered = true
    return this.#first
  }

  #subscribe(source: Observable<T>, resolve: () => void, reject: (error: unknown) => void): void {
    const context = this.#context
    const subscription = source.subscribe({
      next: (value) => {
        if (context.body === undefined) this.#first = value
        context.openBody()
        context.progress('content')
        if (this.#reader === undefined) this.#held.push(value)
        else this.#reader.next(value)
        resolve()
      },
      error: (error: unknown) => {
        this.#end((reader) => reader.error(error), failure(error, judge(context, error)))
        reject(error)
      },
      complete: () => {
        this.#end((reader) => reader.complete(), success(undefined))
        resolve()
      },
    })
    // A source that gives at once may have been ended before its subscription was here.
    if (this.#ending === undefined) this.#subscription = subscription
    else subscription.unsubscribe()
  }

  /** Passes on what was held back, and from here on everything. */
  read(reader: Observer<T>): void {
    // What the reader itself causes meanwhile joins the end of the line.
    for (const value of this.#held) reader.next(value)
    this.#held.length = 0
    this.#reader = reader
    this.#ending?.(reader)
  }

  #end(ending: Ending<T>, outcome: Outcome<undefined>): void {
    if (this.#ending !== undefined) return
    this.#ending = ending
    this.#unlisten()
    this.#subscription?.unsubscribe()
    this.#context.body?.end(outcome)
    if (this.#reader !== undefined) ending(this.#reader)
  }
}

/** A body judges its own end. A classifier that throws decides nothing. */
const judge = (context: CallContext, error: unknown): Verdict => {
  if (isSpillwayError(error)) return error.verdict
  try {
    return context.call.classifier.error(error) ?? defaultClassifier.error(error)
  } catch (thrown) {
    context.report('classifier', thrown)
    return defaultClassifier.error(error)
  }
}
