import type { SeveralExecutions } from '../../kernel/call.ts'
import type { CallContext } from '../../kernel/call-context.ts'
import { checkKnown } from '../../kernel/check-options.ts'
import { InvalidOptionsError } from '../../kernel/invalid-options-error.ts'
import type { Gate } from '../../kernel/policy.ts'
import { limitOf, type Limit } from './limit.ts'
import type { TimeoutExceeded } from './timeout-events.ts'
import { TimeoutExceededError, type TimeoutPhase } from './timeout-exceeded-error.ts'
import type { TimeoutOptions } from './timeout-options.ts'

const LIMITS = ['totalMs', 'attemptMs', 'connectMs', 'firstByteMs', 'idleMs'] as const

/**
 * Ends what takes too long: a call (`totalMs`), an attempt (`attemptMs`), the wait for its connection (`connectMs`) or its
 * first content (`firstByteMs`), the silence inside its stream (`idleMs`). Each limit is a number, or a function of the
 * context.
 *
 * The signal aborts with a {@link TimeoutExceededError}, which reaches the socket where the operation passes the signal
 * on; an operation that ignores it is left behind as an orphan, and its caller is freed all the same. A `totalMs` is
 * also the deadline that waits and retries inside keep in mind.
 *
 * ```ts
 * import { isSpillwayError, pipeline, timeout } from '@spillway/core'
 *
 * const calls = pipeline([timeout({ totalMs: 20 })])
 * try {
 *   await calls.execute(() => new Promise(() => {}))
 * } catch (error) {
 *   console.log(isSpillwayError(error) && error.code) // => ERR_SPILLWAY_TIMEOUT_EXCEEDED
 * }
 * ```
 *
 * @throws InvalidOptionsError when no limit is given, or one is not above 0
 */
export const timeout = (options: TimeoutOptions): Gate => {
  checkKnown('timeout', options, ['name', ...LIMITS])
  const { name = 'timeout' } = options
  if (LIMITS.every((limit) => options[limit] === undefined))
    throw new InvalidOptionsError('timeout', undefined, `given at least one of ${LIMITS.join(', ')}`)

  const exceeded = (phase: TimeoutPhase, context: CallContext, limitMs: number): void => {
    if (context.aborted) return
    context.emit<TimeoutExceeded>({ type: 'timeout.exceeded', policy: name, phase, limitMs })
    // What ends a whole call says what its attempts failed with. An attempt that takes too long has no cause before it.
    context.abort(new TimeoutExceededError(phase, limitMs, phase === 'total' ? context.call.lastError : undefined))
  }
  const all: Limit[] = []
  const limit = (phase: TimeoutPhase, option: (typeof LIMITS)[number]): Limit | undefined => {
    const made = limitOf(`timeout.${option}`, options[option], (context, limitMs) => exceeded(phase, context, limitMs))
    if (made !== undefined) all.push(made)
    return made
  }
  const total = limit('total', 'totalMs')
  const attempt = limit('attempt', 'attemptMs')
  const connect = limit('connect', 'connectMs')
  const firstByte = limit('first_byte', 'firstByteMs')
  const idle = limit('idle', 'idleMs')

  /** A call of several executions has one total limit, from the first to the end of the last. */
  const boundAll = (whole: Limit, several: SeveralExecutions, { call, startedAt }: CallContext): void => {
    if (whole.started(call)) return
    several.whenOver(() => whole.stop(call))
    call.endBy(startedAt + whole.start(call, startedAt))
  }

  return {
    name,
    kind: 'timeout',
    options: { ...options, name },
    enter(context) {
      const { startedAt: now, call } = context
      if (total !== undefined) {
        if (call.several === undefined) context.endBy(now + total.start(context, now))
        else boundAll(total, call.several, context)
      }
      if (attempt !== undefined) context.endBy(now + attempt.start(context, now))
      connect?.start(context, now)
      firstByte?.start(context, now)
      return undefined
    },
    leave(context) {
      total?.stop(context)
      attempt?.stop(context)
      connect?.stop(context)
      firstByte?.stop(context)
      idle?.stop(context)
    },
    progress(context, progress) {
      connect?.stop(context)
      if (progress === 'connected' || progress === 'headers') return
      if (progress === 'content') firstByte?.stop(context)
      if (progress === 'paused') idle?.stop(context)
      // Silence before the first content is the business of `firstByteMs`.
      else if (progress === 'content' || idle?.started(context)) idle?.start(context, context.call.clock.now())
    },
    dispose() {
      for (const each of all) each.dispose()
    },
  }
}
