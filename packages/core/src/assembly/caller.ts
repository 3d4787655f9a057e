import type { CallContext } from '../kernel/call-context.ts'
import type { Operation } from '../kernel/policy.ts'
import { followSignal } from '../kernel/signal-hub.ts'
import type { TimeoutExceeded } from '../policies/timeout/timeout-events.ts'
import { TimeoutExceededError } from '../policies/timeout/timeout-exceeded-error.ts'
import type { Account } from '../policies/accounting/account.ts'
import type { CallOptions } from './call-options.ts'

/** What a call is to follow: what it says for itself, and what is said around it. */
export interface CallerOptions extends CallOptions {
  /** Those of the functions around it, besides its own. */
  readonly signals?: readonly AbortSignal[]
  readonly accounts?: readonly Pick<Account, 'gate'>[]
  /** The time that whoever surrounds it leaves. It ends nothing by itself: waits and retries plan with it. */
  readonly plannedMs?: number
}

export type Begin = <R>(operation: Operation<R>, options: CallerOptions) => Promise<R>

/** What `withCallOptions` puts around every call from its first use on. `undefined` before: nobody pays for it. */
export const surroundings: {
  around: (<R>(begin: Begin, operation: Operation<R>, options: CallOptions) => Promise<R>) | undefined
} = { around: undefined }

/** The signal that ended the caller before its call began. */
export const endedAlready = ({ signal, signals }: CallerOptions): AbortSignal | undefined =>
  signal?.aborted ? signal : signals?.find(({ aborted }) => aborted)

/** Ends `context` when a signal of its caller aborts or its time is up. Gives back how to stop following. */
export const followCaller = (context: CallContext, caller: CallerOptions): (() => void) | undefined => {
  const { signal, signals, totalMs = Infinity, plannedMs } = caller
  if (plannedMs !== undefined) context.endBy(context.call.clock.now() + plannedMs)
  if (signals !== undefined || totalMs < Infinity) return followAll(context, caller)
  return signal === undefined ? undefined : followSignal(signal, context)
}

const followAll = (context: CallContext, { signal, signals = [], totalMs = Infinity }: CallerOptions): (() => void) => {
  const stops = signals.map((each) => followSignal(each, context))
  if (signal !== undefined) stops.push(followSignal(signal, context))
  if (totalMs < Infinity) stops.push(limit(context, totalMs))
  return () => {
    for (const stop of stops) stop()
  }
}

const limit = (context: CallContext, totalMs: number): (() => void) => {
  const { call } = context
  context.endBy(call.clock.now() + totalMs)
  const timer = call.clock.setTimer(totalMs, () => {
    if (context.aborted) return
    context.emit<TimeoutExceeded>({ type: 'timeout.exceeded', policy: 'execute', phase: 'total', limitMs: totalMs })
    context.abort(new TimeoutExceededError('total', totalMs, call.lastError))
  })
  return () => timer.cancel()
}
