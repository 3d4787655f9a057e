import type { CallContext } from '../../kernel/call-context.ts'
import { checkDuration, checkKnown, checkNumber, checkOneOf } from '../../kernel/check-options.ts'
import type { Gate } from '../../kernel/policy.ts'
import { QUEUE_ORDERS } from '../../kernel/queue-order.ts'
import { WaitingLine, type LineAnswer } from '../../primitives/waiting-line.ts'
import type { BulkheadRejected } from './bulkhead-events.ts'
import { BulkheadFullError } from './bulkhead-full-error.ts'
import { BULKHEAD_DEFAULTS, type BulkheadOptions } from './bulkhead-options.ts'

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
export const bulkhead = (options: BulkheadOptions = {}): Gate => {
  checkKnown('bulkhead', options, Object.keys(BULKHEAD_DEFAULTS))
  const resolved = { ...BULKHEAD_DEFAULTS, ...options }
  const { name, maxConcurrency, queueLimit, maxWaitMs, order } = resolved
  checkNumber('bulkhead.maxConcurrency', maxConcurrency, { min: 1, integer: true })
  checkNumber('bulkhead.queueLimit', queueLimit, { min: 0, integer: true, infinite: true })
  checkDuration('bulkhead.maxWaitMs', maxWaitMs, { infinite: true })
  checkOneOf('bulkhead.order', order, QUEUE_ORDERS)
  let running = 0
  const line = new WaitingLine({
    name,
    order,
    queueLimit,
    maxWaitMs,
    tryEnter: () => (running < maxConcurrency ? (running++, 0) : Infinity),
  })

  const answer = (context: CallContext, given: LineAnswer): undefined | BulkheadFullError => {
    if (given === 'entered') return undefined
    const { reason } = given
    // Nobody sees the refusal of a call that is over: it ends with the reason of its abort.
    if (reason === 'aborted') return new BulkheadFullError(name, 'waited_too_long', maxConcurrency, queueLimit)
    context.emit<BulkheadRejected>({ type: 'bulkhead.rejected', policy: name, reason })
    return new BulkheadFullError(name, reason, maxConcurrency, queueLimit)
  }

  return {
    name,
    kind: 'bulkhead',
    options: resolved,
    enter(context) {
      const given = line.enter(context)
      return given instanceof Promise ? given.then((late) => answer(context, late)) : answer(context, given)
    },
    leave() {},
    release() {
      running--
      line.serve()
    },
    // When a place becomes free nobody can know; whoever asks looks again when something ends.
    readyInMs: () => (running < maxConcurrency && line.size === 0 ? 0 : Infinity),
    snapshot: () => ({ running, waiting: line.size, maxConcurrency }),
    dispose: () => line.dispose(),
  }
}
