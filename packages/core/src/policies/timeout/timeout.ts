import type { CallContext } from '../../kernel/call-context.ts'
import { checkDuration, checkKnown } from '../../kernel/check-options.ts'
import { InvalidOptionsError } from '../../kernel/invalid-options-error.ts'
import type { Gate } from '../../kernel/policy.ts'
import { Deadline, DeadlineList } from '../../primitives/deadline-list.ts'
import type { TimeoutExceeded } from './timeout-events.ts'
import { TimeoutExceededError, type TimeoutPhase } from './timeout-exceeded-error.ts'
import type { TimeoutOptions } from './timeout-options.ts'

interface Limit {
  readonly phase: TimeoutPhase
  readonly limitMs: number
  readonly list: DeadlineList
}

/** The deadlines of one admission, by phase. */
type Pending = Partial<Record<TimeoutPhase, Deadline>>

/**
 * Ends what takes too long: a call (`totalMs`), an attempt (`attemptMs`), the wait for its first content
 * (`firstByteMs`), the silence inside its stream (`idleMs`).
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
  checkKnown('timeout', options, ['name', 'totalMs', 'attemptMs', 'firstByteMs', 'idleMs'])
  const { name = 'timeout', totalMs, attemptMs, firstByteMs, idleMs } = options
  const limit = (phase: TimeoutPhase, limitMs: number | undefined, option: string): Limit[] => {
    if (limitMs === undefined || limitMs === Infinity) return []
    checkDuration(`timeout.${option}`, limitMs, { min: Number.MIN_VALUE, infinite: true })
    return [{ phase, limitMs, list: new DeadlineList(limitMs) }]
  }
  const total = limit('total', totalMs, 'totalMs')
  const attempt = limit('attempt', attemptMs, 'attemptMs')
  const firstByte = limit('first_byte', firstByteMs, 'firstByteMs')
  const idle = limit('idle', idleMs, 'idleMs')
  const atStart = [...total, ...attempt, ...firstByte]
  const all = [...atStart, ...idle]
  if ([totalMs, attemptMs, firstByteMs, idleMs].every((limitMs) => limitMs === undefined))
    throw new InvalidOptionsError('timeout', undefined, 'given at least one of totalMs, attemptMs, firstByteMs, idleMs')
  const callLimitMs = Math.min(totalMs ?? Infinity, attemptMs ?? Infinity)

  const exceeded = (context: CallContext, { phase, limitMs }: Limit): void => {
    context.emit<TimeoutExceeded>({ type: 'timeout.exceeded', policy: name, phase, limitMs })
    // What ends a whole call says what its attempts failed with. An attempt that takes too long has no cause before it.
    context.abort(new TimeoutExceededError(phase, limitMs, phase === 'total' ? context.call.lastError : undefined))
  }

  const start = (context: CallContext, pending: Pending, limits: readonly Limit[], now: number): void => {
    for (const each of limits)
      each.list.set((pending[each.phase] ??= new Deadline(() => exceeded(context, each))), context.call.clock, now)
  }

  const stop = (pending: Pending, limits: readonly Limit[]): void => {
    for (const { phase, list } of limits) {
      const deadline = pending[phase]
      if (deadline !== undefined) list.clear(deadline)
    }
  }

  const gate: Gate = {
    name,
    options: { ...options, name },
    enter(context) {
      const pending: Pending = {}
      context.keep(gate, pending)
      const now = context.startedAt
      context.endBy(now + callLimitMs)
      start(context, pending, atStart, now)
      return undefined
    },
    leave(context) {
      stop((context.kept(gate) as Pending | undefined) ?? {}, all)
    },
    progress(context, progress) {
      const pending = context.kept(gate) as Pending | undefined
      if (pending === undefined || progress === 'headers') return
      if (progress === 'content') stop(pending, firstByte)
      if (progress === 'paused') stop(pending, idle)
      // Silence before the first content is the business of `firstByteMs`.
      else if (progress === 'content' || pending.idle !== undefined)
        start(context, pending, idle, context.call.clock.now())
    },
    dispose() {
      for (const { list } of all) list.dispose()
    },
  }
  return gate
}
