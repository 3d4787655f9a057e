import type { CallContext } from '../../kernel/call-context.ts'
import { checkNumber } from '../../kernel/check-options.ts'
import type { Gate } from '../../kernel/policy.ts'
import { Announcer } from '../../primitives/announcer.ts'
import { WaitingLine, type LineAnswer } from '../../primitives/waiting-line.ts'
import { withoutStack } from '../../primitives/without-stack.ts'
import type { BulkheadRejected, BulkheadResized } from './bulkhead-events.ts'
import { BulkheadFullError } from './bulkhead-full-error.ts'
import { checkBulkhead, type BulkheadOptions } from './bulkhead-options.ts'
import { Places } from './places.ts'

/** A bulkhead whose size can be changed. */
export interface Bulkhead extends Gate {
  /**
   * Changes how many run at once, from now on. With more places, those who wait are let in at once; with fewer, those
   * inside finish.
   *
   * @param maxConcurrency an integer from 1
   * @throws InvalidOptionsError when it is not
   */
  resize(maxConcurrency: number): void
}

/**
 * Bounds how many run at once; the others wait in a line, nearest deadline first.
 *
 * A place stands for work: it is given back when the work has really ended, also when its caller has left before. Who
 * aborts leaves the line in the same tick.
 *
 * ```ts
 * import { bulkhead, pipeline } from '@spillway/core'
 *
 * const calls = pipeline([bulkhead({ maxConcurrency: 2 })])
 * const answers = await Promise.all([1, 2, 3].map((n) => calls.execute(async () => n * 2)))
 * console.log(answers) // => [ 2, 4, 6 ]
 * ```
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export const bulkhead = (options: BulkheadOptions = {}): Bulkhead => {
  const resolved = checkBulkhead(options)
  const { name, queueLimit, maxWaitMs, order, reserve, dryRun } = resolved
  const places = new Places(resolved.maxConcurrency, reserve)
  const announcer = new Announcer()

  /** Whether a call has no right to the reserve. */
  const isOrdinary = ({ call }: CallContext): boolean => reserve !== undefined && call.priority < reserve.forPriority

  const lineFor = (ordinary: boolean): WaitingLine =>
    new WaitingLine({
      name,
      order,
      queueLimit,
      maxWaitMs,
      tryEnter: () => {
        // Whoever may use all places goes before whoever may not, also while both are being let in.
        if (!places.free(ordinary) || (ordinary && line.size > 0)) return Infinity
        places.take(ordinary)
        return 0
      },
    })
  const line = lineFor(false)
  const ordinaryLine = lineFor(true)

  const serve = (): void => {
    if (line.size > 0) line.serve()
    if (ordinaryLine.size > 0) ordinaryLine.serve()
  }

  const answer = (context: CallContext, given: LineAnswer): undefined | BulkheadFullError => {
    if (given === 'entered') return undefined
    const limit = places.limitFor(isOrdinary(context))
    // Nobody sees the refusal of a call that is over: it ends with the reason of its abort.
    const reason = given.reason === 'aborted' ? 'waited_too_long' : given.reason
    if (given.reason !== 'aborted') context.emit<BulkheadRejected>({ type: 'bulkhead.rejected', policy: name, reason })
    return withoutStack(() => new BulkheadFullError(name, reason, limit, queueLimit, context.call.lastError))
  }

  /** In a dry run those above the limit stand for those who would wait. */
  const admitAnyway = (context: CallContext, ordinary: boolean): undefined => {
    const aboveOwn = ordinary ? places.ordinary - places.limitFor(true) : 0
    const above = Math.max(places.running - places.limit, aboveOwn)
    places.take(ordinary)
    if (above >= queueLimit)
      context.emit<BulkheadRejected>({ type: 'bulkhead.rejected', policy: name, reason: 'queue_full', dryRun: true })
  }

  return {
    name,
    kind: 'bulkhead',
    options: resolved,
    enter(context) {
      announcer.meet(context)
      const ordinary = isOrdinary(context)
      if (dryRun) return admitAnyway(context, ordinary)
      const given = (ordinary ? ordinaryLine : line).enter(context)
      if (given === 'entered') return undefined
      return given instanceof Promise ? given.then((late) => answer(context, late)) : answer(context, given)
    },
    leave() {},
    release(context) {
      places.giveBack(isOrdinary(context))
      serve()
    },
    // When a place becomes free nobody can know; whoever asks looks again when something ends.
    readyInMs(context) {
      const ordinary = isOrdinary(context)
      const waiting = ordinary ? line.size + ordinaryLine.size : line.size
      return dryRun || (places.free(ordinary) && waiting === 0) ? 0 : Infinity
    },
    snapshot: () => ({
      running: places.running,
      waiting: line.size + ordinaryLine.size,
      maxConcurrency: places.limit,
      ...(reserve === undefined ? {} : { ordinary: places.ordinary, maxOrdinary: places.limitFor(true) }),
    }),
    dispose() {
      line.dispose()
      ordinaryLine.dispose()
    },
    resize(maxConcurrency) {
      checkNumber('bulkhead.resize', maxConcurrency, { min: 1, integer: true })
      const from = places.limit
      if (maxConcurrency === from) return
      places.resize(maxConcurrency)
      announcer.announce<BulkheadResized>({ type: 'bulkhead.resized', policy: name, from, to: maxConcurrency })
      serve()
    },
  }
}
