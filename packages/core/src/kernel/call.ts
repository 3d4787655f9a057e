import type { Body } from './body.ts'
import { CallContext } from './call-context.ts'
import type { Classifier } from './classifier.ts'
import type { Clock } from './clock.ts'
import type { Outcome } from './outcome.ts'
import type { EventSink } from './pipeline-event.ts'
import type { Operation } from './policy.ts'
import type { Random } from './random.ts'

/**
 * A call that is refused ends before its promise is in the caller's hands. A promise that nobody handles yet goes through
 * Node's watch over unhandled rejections and back, which costs more than the rest of the call; a moment later somebody does.
 */
const A_MOMENT = /* @__PURE__ */ Promise.resolve()

/** What all calls of a pipeline share. */
export interface CallOrigin {
  readonly name: string
  readonly clock: Clock
  readonly random: Random
  readonly classifier: Classifier
  readonly sink: EventSink
  /** Operations at work that nobody waits for any more. */
  readonly orphans: { count: number }
  /** Hears the end of each call: for a stream, when it has been read. */
  completed(call: Call, outcome: Outcome<unknown>): void
}

/** What one call says for itself. */
export interface CallSettings {
  readonly classifier?: Classifier
  readonly priority?: number
  readonly repeatable?: boolean
}

/** What is known of a call that is executed more than once. */
export interface SeveralExecutions {
  /** Calls `listener` once, when the whole call is over. */
  whenOver(listener: () => void): void
}

/** One call: the root of its contexts, and what they all share. */
export class Call extends CallContext {
  readonly id: number
  readonly origin: CallOrigin
  operation: Operation<unknown>
  classifier: Classifier
  /** Who goes first where calls wait: higher before lower. */
  readonly priority: number
  /** Whether the operation may be carried out twice. `false`: nobody sends it again once the provider may have done it. */
  repeatable: boolean
  /** Set where several executions are one call: what bounds the whole call outlasts each of them. */
  several: SeveralExecutions | undefined
  /** Real runs of the operation so far: what the provider counts and bills. */
  attempts = 0
  /** How long the last useful answer took from its request, in milliseconds: to its first content for a stream. */
  answerMs = 0
  /** What the last failed attempt failed with: the cause of whatever ends the call afterwards. */
  lastError: unknown
  /** Whether an operation of this call has said that its result is a stream: it can be read once, by one caller. */
  streamed = false
  /** How to stop following the caller's signal. */
  unfollow: (() => void) | undefined
  readonly #resolve: (value: unknown) => void
  readonly #reject: (error: unknown) => void
  /** Operations at work and bodies being read, those that nobody waits for any more included. */
  #running = 0
  #whenIdle: (() => void)[] | undefined

  constructor(
    id: number,
    origin: CallOrigin,
    operation: Operation<unknown>,
    settings: CallSettings,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ) {
    super(undefined)
    this.id = id
    this.origin = origin
    this.operation = operation
    this.classifier = settings.classifier ?? origin.classifier
    this.priority = settings.priority ?? 0
    this.repeatable = settings.repeatable ?? true
    this.#resolve = resolve
    this.#reject = reject
    this.startedAt = origin.clock.now()
  }

  /** The pipeline's name. */
  get pipeline(): string {
    return this.origin.name
  }

  get clock(): Clock {
    return this.origin.clock
  }

  get random(): Random {
    return this.origin.random
  }

  get sink(): EventSink {
    return this.origin.sink
  }

  get running(): number {
    return this.#running
  }

  /** Gives the caller what came of it: the value, or the error as it was thrown. */
  finish(outcome: Outcome<unknown>): void {
    const { body } = outcome
    if (body === undefined) this.origin.completed(this, outcome)
    else this.#completeWith(body)
    if (outcome.ok) this.#resolve(outcome.value)
    else if (this.attempts > 0) this.#reject(outcome.error)
    else void A_MOMENT.then(() => this.#reject(outcome.error))
  }

  #completeWith(body: Body): void {
    body.onEnd((last) => this.origin.completed(this, last))
  }

  /** One more operation at work. Gives its attempt number. */
  began(): number {
    this.#running++
    return ++this.attempts
  }

  /** One operation, or the body behind it, has really ended. */
  ended(): void {
    this.#running--
    if (this.#running > 0 || this.#whenIdle === undefined) return
    const waiting = this.#whenIdle
    this.#whenIdle = undefined
    for (const listener of waiting) listener()
  }

  /** Calls `listener` when no operation of this call is at work, at once where that is so. */
  whenIdle(listener: () => void): void {
    if (this.#running === 0) listener()
    else (this.#whenIdle ??= []).push(listener)
  }
}
