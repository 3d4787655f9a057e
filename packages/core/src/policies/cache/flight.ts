import type { CallContext, ContextOwner } from '../../kernel/call-context.ts'
import type { Timer } from '../../kernel/clock.ts'
import { aborted } from '../../kernel/gate-run.ts'
import type { Outcome } from '../../kernel/outcome.ts'
import type { Progress } from '../../kernel/policy.ts'
import type { CacheEntry } from './cache-store.ts'

/** How a call's wait for shared work ended: with its outcome, or with the need to go on without it. */
export type Landing =
  | Outcome<unknown>
  /** The work ended with the wish of the call that started it: the others start again. */
  | 'again'
  /** The answer can be read by one only, and somebody else has it. */
  | 'alone'

interface Waiter {
  readonly context: CallContext
  readonly land: (landing: Landing) => void
  /** Ends the listening to the caller's abort. */
  stop: () => void
}

/**
 * One piece of work for all calls that want the same answer. It ends with the last of those who wait, unless it goes on in
 * the background; its deadline is the latest of theirs.
 */
export class Flight implements ContextOwner {
  /** What the work runs under: nobody's abort ends it. */
  readonly context: CallContext
  /** What can be answered meanwhile: the stale answer, or the new one until the store has it. */
  entry: CacheEntry | undefined
  /** Whether the answer is there: nobody can join any more. */
  landed = false
  /** Whether its answer is not to be stored: the key was forgotten after it began. */
  forgotten = false
  readonly #starter: CallContext
  readonly #abandoned: () => void
  readonly #waiters = new Set<Waiter>()
  /** Until when it may go on although nobody waits; `undefined`: not at all. */
  #goesOnUntil: number | undefined
  #timer: Timer | undefined

  /**
   * @param starter the context of the call that starts it, and to which its attempts and events belong
   * @param abandoned called in the tick in which it ends because nobody waits any more
   */
  constructor(starter: CallContext, abandoned: () => void) {
    this.#starter = starter
    this.#abandoned = abandoned
    this.context = starter.independentChild()
    this.context.owner = this
    this.context.startedAt = starter.call.clock.now()
    this.context.deadline = starter.deadline
  }

  get waiting(): number {
    return this.#waiters.size
  }

  get inBackground(): boolean {
    return this.#goesOnUntil !== undefined
  }

  /** Waits with the others. The wait ends at once when the caller leaves. */
  join(context: CallContext): Promise<Landing> {
    return new Promise((resolve) => {
      const waiter: Waiter = { context, land: resolve, stop: () => {} }
      this.#waiters.add(waiter)
      this.context.deadline = Math.max(this.context.deadline, context.deadline)
      waiter.stop = context.onAbort(() => this.#leave(waiter))
    })
  }

  /** Goes on although nobody waits, as long as the call that started it could have waited. */
  goOn(): void {
    const { clock } = this.context.call
    const remainingMs = this.#starter.remainingMs()
    this.#goesOnUntil = clock.now() + remainingMs
    this.#timer = clock.setTimer(remainingMs, () =>
      this.endBackground('It took longer than the call that began it had.'),
    )
    this.#timer.unref()
  }

  /** What it brings is for those who wait now: nothing of it is kept, and nobody else gets it. */
  forget(): void {
    this.forgotten = true
    this.entry = undefined
    this.endBackground('The answer was forgotten.')
  }

  /** From now on it lives as long as somebody waits, which may be no longer than this moment. */
  endBackground(why: string): void {
    if (!this.inBackground) return
    this.#goesOnUntil = undefined
    this.#timer?.cancel()
    if (this.#waiters.size === 0 && !this.landed) this.#abandon(new DOMException(why, 'AbortError'))
    else this.#moveDeadline()
  }

  /** Answers everybody who waits now; the work may go on. */
  answer(landing: Landing): void {
    for (const waiter of this.#waiters) this.#release(waiter, landing)
  }

  /** The work has ended with something for everybody. */
  land(outcome: Outcome<unknown>): void {
    this.#end()
    this.answer(outcome)
  }

  /** The work has ended with what one only can read. Who reads it can still end it, and nobody else. */
  landOne(outcome: Outcome<unknown>): void {
    this.#end()
    const [reader, ...others] = this.#waiters
    for (const waiter of others) this.#release(waiter, 'alone')
    if (reader === undefined) return this.context.abort(new DOMException('Nobody reads the answer.', 'AbortError'))
    reader.land(outcome)
    this.#moveDeadline()
    if (outcome.body === undefined) this.#release(reader, outcome)
    else outcome.body.onEnd(() => this.#release(reader, outcome))
  }

  /** The work has ended as the call that started it wished: that is for nobody else. */
  landForStarter(outcome: Outcome<unknown>): void {
    this.#end()
    for (const waiter of this.#waiters) this.#release(waiter, waiter.context === this.#starter ? outcome : 'again')
  }

  /** Whether a failure is the abort of the call that started it, which its operation followed in a way of its own. */
  isStartersAbort(outcome: Outcome<unknown>): boolean {
    if (outcome.verdict.kind === 'canceled') return true
    if (outcome.ok || !this.#starter.aborted) return false
    const { error } = outcome
    return error === this.#starter.reason || (error instanceof Error && error.name === 'AbortError')
  }

  aborted(): void {}

  progressed(progress: Progress): void {
    for (const { context } of this.#waiters) context.progress(progress)
  }

  #end(): void {
    this.landed = true
    this.#goesOnUntil = undefined
    this.#timer?.cancel()
  }

  #release(waiter: Waiter, landing: Landing): void {
    this.#waiters.delete(waiter)
    waiter.stop()
    waiter.land(landing)
  }

  #leave(waiter: Waiter): void {
    const { context } = waiter
    this.#release(waiter, aborted(context.reason))
    if (this.#waiters.size === 0 && !this.inBackground) this.#abandon(context.reason)
    else if (context.deadline >= this.context.deadline) this.#moveDeadline()
  }

  #abandon(reason: unknown): void {
    this.#end()
    this.#abandoned()
    this.context.abort(reason)
  }

  /** The latest of those who wait. Stops at the first that has what stood before: mostly nothing changes. */
  #moveDeadline(): void {
    const before = this.context.deadline
    let latest = this.#goesOnUntil ?? -Infinity
    for (const { context } of this.#waiters) {
      if (latest >= before) break
      latest = Math.max(latest, context.deadline)
    }
    this.context.deadline = latest
  }
}
