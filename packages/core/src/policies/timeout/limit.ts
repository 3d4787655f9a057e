import type { CallContext } from '../../kernel/call-context.ts'
import { checkDuration } from '../../kernel/check-options.ts'
import { DeadlineHeap, TimedDeadline } from '../../primitives/deadline-heap.ts'
import { Deadline, DeadlineList } from '../../primitives/deadline-list.ts'
import type { TimeLimit } from './timeout-options.ts'

/** One limit of a timeout, for all the calls under it: one timer serves them. Each keeps its deadline with its context. */
export interface Limit {
  /** Starts it, or starts it again. Gives its length for this admission. */
  start(context: CallContext, now: number): number
  stop(context: CallContext): void
  started(context: CallContext): boolean
  dispose(): void
}

/** Hears whose limit has passed, and how long it was. */
type Exceeded = (context: CallContext, limitMs: number) => void

/**
 * A limit out of an option. `undefined`: there is none.
 *
 * @throws InvalidOptionsError when it is neither a number above 0 nor a function
 */
export const limitOf = (option: string, limit: TimeLimit | undefined, exceeded: Exceeded): Limit | undefined => {
  if (limit === undefined) return undefined
  if (typeof limit === 'function') return new ComputedLimit(option, limit, exceeded)
  checkDuration(option, limit, { min: Number.MIN_VALUE, infinite: true })
  return limit === Infinity ? undefined : new FixedLimit(limit, exceeded)
}

/** The same for every call. */
class FixedLimit implements Limit {
  readonly #limitMs: number
  readonly #list: DeadlineList<CallContext>

  constructor(limitMs: number, exceeded: Exceeded) {
    this.#limitMs = limitMs
    this.#list = new DeadlineList(limitMs, (context) => exceeded(context, limitMs))
  }

  start(context: CallContext, now: number): number {
    let deadline = this.#deadlineOf(context)
    if (deadline === undefined) context.keep(this, (deadline = new Deadline(context)))
    this.#list.set(deadline, context.call.clock, now)
    return this.#limitMs
  }

  stop(context: CallContext): void {
    const deadline = this.#deadlineOf(context)
    if (deadline !== undefined) this.#list.clear(deadline)
  }

  started(context: CallContext): boolean {
    return this.#deadlineOf(context) !== undefined
  }

  dispose(): void {
    this.#list.dispose()
  }

  #deadlineOf(context: CallContext): Deadline<CallContext> | undefined {
    return context.kept(this) as Deadline<CallContext> | undefined
  }
}

/** What a function gives for each call. */
class ComputedLimit implements Limit {
  readonly #option: string
  readonly #limitMs: (context: CallContext) => number
  readonly #exceeded: Exceeded
  readonly #heap: DeadlineHeap<CallContext>

  constructor(option: string, limitMs: (context: CallContext) => number, exceeded: Exceeded) {
    this.#option = option
    this.#limitMs = limitMs
    this.#exceeded = exceeded
    this.#heap = new DeadlineHeap(({ owner, lengthMs }) => exceeded(owner, lengthMs))
  }

  start(context: CallContext, now: number): number {
    let deadline = this.#deadlineOf(context)
    if (deadline === undefined) context.keep(this, (deadline = new TimedDeadline(context, this.#lengthFor(context))))
    if (deadline.lengthMs === 0) this.#exceeded(context, 0)
    else if (deadline.lengthMs < Infinity) this.#heap.set(deadline, context.call.clock, now)
    return deadline.lengthMs
  }

  stop(context: CallContext): void {
    const deadline = this.#deadlineOf(context)
    if (deadline !== undefined) this.#heap.clear(deadline)
  }

  started(context: CallContext): boolean {
    return this.#deadlineOf(context) !== undefined
  }

  dispose(): void {
    this.#heap.dispose()
  }

  #deadlineOf(context: CallContext): TimedDeadline<CallContext> | undefined {
    return context.kept(this) as TimedDeadline<CallContext> | undefined
  }

  /** No limit where there is no number: what was handed in and is broken ends no call. */
  #lengthFor(context: CallContext): number {
    try {
      const lengthMs = this.#limitMs(context)
      if (typeof lengthMs === 'number' && !Number.isNaN(lengthMs)) return Math.max(0, lengthMs)
      throw new RangeError('A limit must be a number.')
    } catch (thrown) {
      context.report(this.#option, thrown)
      return Infinity
    }
  }
}
