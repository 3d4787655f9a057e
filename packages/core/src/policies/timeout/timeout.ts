import type { CallContext } from '../../kernel/call-context.ts'
import { checkDuration, checkKnown } from '../../kernel/check-options.ts'
import { InvalidOptionsError } from '../../kernel/invalid-options-error.ts'
import type { Gate } from '../../kernel/policy.ts'
import { Deadline, DeadlineList } from '../../primitives/deadline-list.ts'
import type { TimeoutExceeded } from './timeout-events.ts'
import { TimeoutExceededError, type TimeoutPhase } from './timeout-exceeded-error.ts'
import type { TimeoutOptions } from './timeout-options.ts'

interface Limit {
  /** Its place among the limits of this gate, and among the deadlines of an admission. */
  readonly place: number
  readonly list: DeadlineList<CallContext>
}

const nothing = (): undefined => undefined

/** The deadlines of one admission, by the place of their limit. */
type Pending = (Deadline<CallContext> | undefined)[]

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
  if ([totalMs, attemptMs, firstByteMs, idleMs].every((limitMs) => limitMs === undefined))
    throw new InvalidOptionsError('timeout', undefined, 'given at least one of totalMs, attemptMs, firstByteMs, idleMs')
  const callLimitMs = Math.min(totalMs ?? Infinity, attemptMs ?? Infinity)

  const exceeded = (context: CallContext, phase: TimeoutPhase, limitMs: number): void => {
    context.emit<TimeoutExceeded>({ type: 'timeout.exceeded', policy: name, phase, limitMs })
    // What ends a whole call says what its attempts failed with. An attempt that takes too long has no cause before it.
    context.abort(new TimeoutExceededError(phase, limitMs, phase === 'total' ? context.call.lastError : undefined))
  }

  const all: Limit[] = []
  const limit = (phase: TimeoutPhase, limitMs: number | undefined, option: string): Limit | undefined => {
    if (limitMs === undefined) return undefined
    checkDuration(`timeout.${option}`, limitMs, { min: Number.MIN_VALUE, infinite: true })
    if (limitMs === Infinity) return undefined
    const made = { place: all.length, list: new DeadlineList<CallContext>(limitMs, (c) => exceeded(c, phase, limitMs)) }
    all.push(made)
    return made
  }
  const total = limit('total', totalMs, 'totalMs')
  const attempt = limit('attempt', attemptMs, 'attemptMs')
  const firstByte = limit('first_byte', firstByteMs, 'firstByteMs')
  const atStart = [total, attempt, firstByte].filter((each) => each !== undefined)
  const idle = limit('idle', idleMs, 'idleMs')

  const start = (context: CallContext, pending: Pending, { place, list }: Limit, now: number): void =>
    list.set((pending[place] ??= new Deadline(context)), context.call.clock, now)

  const stop = (pending: Pending, { place, list }: Limit): void => {
    const deadline = pending[place]
    if (deadline !== undefined) list.clear(deadline)
  }

  const gate: Gate = {
    name,
    kind: 'timeout',
    options: { ...options, name },
    enter(context) {
      if (all.length === 0) return undefined
      const pending: Pending = all.map(nothing)
      context.keep(gate, pending)
      const now = context.startedAt
      context.endBy(now + callLimitMs)
      for (const each of atStart) start(context, pending, each, now)
      return undefined
    },
    leave(context) {
      const pending = context.kept(gate) as Pending | undefined
      if (pending !== undefined) for (const each of all) stop(pending, each)
    },
    progress(context, progress) {
      const pending = context.kept(gate) as Pending | undefined
      if (pending === undefined || progress === 'headers') return
      if (progress === 'content' && firstByte !== undefined) stop(pending, firstByte)
      if (idle === undefined) return
      if (progress === 'paused') stop(pending, idle)
      // Silence before the first content is the business of `firstByteMs`.
      else if (progress === 'content' || pending[idle.place] !== undefined)
        start(context, pending, idle, context.call.clock.now())
    },
    dispose() {
      for (const { list } of all) list.dispose()
    },
  }
  return gate
}
