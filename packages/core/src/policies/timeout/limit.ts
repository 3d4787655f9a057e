import type { CallContext } from '../../kernel/call-context.ts'
import { checkDuration } from '../../kernel/check-options.ts'
import { DeadlineHeap, TimedDeadline } from '../../primitives/deadline-heap.ts'
import { Deadline, DeadlineList } from '../../primitives/deadline-list.ts'
import type { TimeLimit } from './timeout-options.ts'

/** The deadlines of one admission, by the place of their limit. `undefined`: not started. */
export type Pending = (Deadline<CallContext> | TimedDeadline<CallContext> | undefined)[]

/** One limit of a timeout, for all the calls under it: one timer serves them. */
export interface Limit {
  /** Starts it, or starts it again. Gives its length for this admission. */
  start(pending: Pending, context: CallContext, now: number): number
  stop(pending: Pending): void
  started(pending: Pending): boolean
  dispose(): void
}

/** Hears whose limit has passed, and how long it was. */
type Exceeded = (context: CallContext, limitMs: number) => void

/**
 * A limit out of an option, with a place of its own among the limits of a timeout. `undefined`: there is none.
 *
 * @throws InvalidOptionsError when it is neither a number above 0 nor a function
 */
export const limitOf = (
  option: string,
  limit: TimeLimit | undefined,
  place: number,
  exceeded: Exceeded,
): Limit | undefined => {
  if (limit === undefined) return undefined
  if (typeof limit === 'function') return new ComputedLimit(option, limit, place, exceeded)
  checkDuration(option, limit, { min: Number.MIN_VALUE, infinite: true })
  return limit === Infinity ? undefined : new FixedLimit(limit, place, exceeded)
}

/** The same for every call. */
class FixedLimit implements Limit {
  readonly #limitMs: number
  readonly #place: number
  readonly #list: DeadlineList<CallContext>

  constructor(limitMs: number, place: number, exceeded: Exceeded) {
    this.#limitMs = limitMs
    this.#place = place
    this.#list = new DeadlineList(limitMs, (context) => exceeded(context, limitMs))
  }

  start(pending: Pending, context: CallContext, now: number): number {
    const deadline = (pending[this.#place] ??= new Deadline(context)) as Deadline<CallContext>
    this.#list.set(deadline, context.call.clock, now)
    return this.#limitMs
  }

  stop(pending: Pending): void {
    const deadline = pending[this.#place] as Deadline<CallContext> | undefined
    if (deadline !== undefined) this.#list.clear(deadline)
  }

  started(pending: Pending): boolean {
    return pending[this.#place] !== undefined
  }

  dispose(): void {
    this.#list.dispose()
  }
}

/** What a function gives for each call. */
class ComputedLimit implements Limit {
  readonly #option: string
  readonly #limitMs: (context: CallContext) => number
  readonly #place: number
  readonly #exceeded: Exceeded
  readonly #heap: DeadlineHeap<CallContext>

  constructor(option: string, limitMs: (context: CallContext) => number, place: number, exceeded: Exceeded) {
    this.#option = option
    this.#limitMs = limitMs
    this.#place = place
    this.#exceeded = exceeded
    this.#heap = new DeadlineHeap(({ owner, lengthMs }) => exceeded(owner, lengthMs))
  }

  start(pending: Pending, context: CallContext, now: number): number {
    const known = pending[this.#place] as TimedDeadline<CallContext> | undefined
    const deadline = known ?? new TimedDeadline(context, this.#lengthFor(context))
    pending[this.#place] = deadline
    if (deadline.lengthMs === 0) this.#exceeded(context, 0)
    else if (deadline.lengthMs < Infinity) this.#heap.set(deadline, context.call.clock, now)
    return deadline.lengthMs
  }

  stop(pending: Pending): void {
    const deadline = pending[this.#place] as TimedDeadline<CallContext> | undefined
    if (deadline !== undefined) this.#heap.clear(deadline)
  }

  started(pending: Pending): boolean {
    return pending[this.#place] !== undefined
  }

  dispose(): void {
    this.#heap.dispose()
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
