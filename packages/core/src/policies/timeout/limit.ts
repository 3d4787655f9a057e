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
  if (typeof limit === 'function') return computedLimit(option, limit, place, exceeded)
  checkDuration(option, limit, { min: Number.MIN_VALUE, infinite: true })
  return limit === Infinity ? undefined : fixedLimit(limit, place, exceeded)
}

const fixedLimit = (limitMs: number, place: number, exceeded: Exceeded): Limit => {
  const list = new DeadlineList<CallContext>(limitMs, (context) => exceeded(context, limitMs))
  return {
    start(pending, context, now) {
      const deadline = (pending[place] ??= new Deadline(context)) as Deadline<CallContext>
      list.set(deadline, context.call.clock, now)
      return limitMs
    },
    stop(pending) {
      const deadline = pending[place] as Deadline<CallContext> | undefined
      if (deadline !== undefined) list.clear(deadline)
    },
    started: (pending) => pending[place] !== undefined,
    dispose: () => list.dispose(),
  }
}

const computedLimit = (
  option: string,
  limitMs: (context: CallContext) => number,
  place: number,
  exceeded: Exceeded,
): Limit => {
  const heap = new DeadlineHeap<CallContext>(({ owner, lengthMs }) => exceeded(owner, lengthMs))

  /** No limit where there is no number: what was handed in and is broken ends no call. */
  const lengthFor = (context: CallContext): number => {
    try {
      const lengthMs = limitMs(context)
      if (typeof lengthMs === 'number' && !Number.isNaN(lengthMs)) return Math.max(0, lengthMs)
      throw new RangeError('A limit must be a number.')
    } catch (thrown) {
      context.report(option, thrown)
      return Infinity
    }
  }

  return {
    start(pending, context, now) {
      const deadline = (pending[place] ??= new TimedDeadline(context, lengthFor(context))) as TimedDeadline<CallContext>
      const { lengthMs } = deadline
      if (lengthMs === 0) exceeded(context, 0)
      else if (lengthMs < Infinity) heap.set(deadline, context.call.clock, now)
      return lengthMs
    },
    stop(pending) {
      const deadline = pending[place] as TimedDeadline<CallContext> | undefined
      if (deadline !== undefined) heap.clear(deadline)
    },
    started: (pending) => pending[place] !== undefined,
    dispose: () => heap.dispose(),
  }
}
