import type { Classifier } from './classifier.ts'
import type { Clock } from './clock.ts'
import type { ContextKey } from './context-key.ts'
import type { EventSink } from './pipeline-event.ts'
import type { Operation } from './policy.ts'
import type { Random } from './random.ts'

/** What all contexts of one call share. */
export class Call {
  readonly id: number
  readonly pipeline: string
  readonly clock: Clock
  readonly random: Random
  readonly classifier: Classifier
  readonly sink: EventSink
  readonly operation: Operation<unknown>
  /** Who goes first where calls wait: higher before lower. */
  readonly priority: number
  readonly startedAt: number
  /** Real runs of the operation so far: what the provider counts and bills. */
  attempts = 0
  /** How long the last useful answer took from its request, in milliseconds: to its first content for a stream. */
  answerMs = 0
  /** What the last failed attempt failed with: the cause of whatever ends the call afterwards. */
  lastError: unknown
  /** Whether an operation of this call has said that its result is a stream: it can be read once, by one caller. */
  streamed = false
  values: Map<ContextKey<unknown>, unknown> | undefined
  /** Operations at work and bodies being read, those that nobody waits for any more included. */
  #running = 0
  #whenIdle: (() => void)[] | undefined

  constructor(
    id: number,
    pipeline: string,
    deps: { clock: Clock; random: Random; classifier: Classifier; sink: EventSink },
    operation: Operation<unknown>,
    priority: number,
  ) {
    this.id = id
    this.pipeline = pipeline
    this.clock = deps.clock
    this.random = deps.random
    this.classifier = deps.classifier
    this.sink = deps.sink
    this.operation = operation
    this.priority = priority
    this.startedAt = deps.clock.now()
  }

  get running(): number {
    return this.#running
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
