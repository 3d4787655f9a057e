import { Call, type CallOrigin } from '../kernel/call.ts'
import { checkFunction } from '../kernel/check-options.ts'
import type { Clock } from '../kernel/clock.ts'
import { compose } from '../kernel/compose.ts'
import type { Gate, Operation, Part, Policy, Reaction } from '../kernel/policy.ts'
import { followSignal } from '../kernel/signal-hub.ts'
import type { CallCompleted, CallStarted } from './call-events.ts'
import { checkCall, type CallOptions } from './call-options.ts'
import { EventSource } from './event-source.ts'
import type { EventStream } from './event-stream.ts'
import { PipelineDisposedError } from './pipeline-disposed-error.ts'
import { checkParts, checkPipelineOptions, type PipelineOptions } from './pipeline-options.ts'
import { warnOrder } from './warn-order.ts'

/** What a pipeline knows about itself now. Plain data. */
export interface PipelineState {
  readonly pipeline: string
  /** Calls that have started and not ended. */
  readonly inFlight: number
  /** One entry for each policy, in running order. */
  readonly policies: readonly { readonly name: string; readonly state: object }[]
}

/** A pipeline's parts, in running order, with their resolved options. */
export type PipelineDescription = readonly { readonly name: string; readonly options: object }[]

/** A list of policies, ready to run. `Adds` is what fallbacks may answer besides the operation's own result. */
export interface Pipeline<Adds = never> {
  readonly name: string
  readonly clock: Clock
  readonly events: EventStream
  /**
   * Runs the operation through the policies.
   *
   * @returns the operation's own value, or a fallback's
   * @throws the operation's last error, untouched; a typed error where Spillway refused; the caller's own reason
   */
  execute<R>(operation: Operation<R>, options?: CallOptions): Promise<R | Adds>
  /** A function of the same shape that runs through the policies. */
  wrap<A extends unknown[], R>(fn: (...args: A) => PromiseLike<R>): (...args: A) => Promise<R | Adds>
  state(): PipelineState
  describe(): PipelineDescription
  /** Ends the event stream and the waits in lines. Calls at work go on, within their limits; new ones are refused. */
  dispose(): void
}

/** What a part may answer besides the operation's own result. */
export type AddedBy<P> = P extends Policy<infer Adds> | Reaction<infer Adds> ? Adds : never

/**
 * Puts policies together. The first is the outermost: reading order is running order.
 *
 * ```ts
 * import { pipeline, retry, timeout } from '@spillway/core'
 *
 * const calls = pipeline([timeout({ totalMs: 180_000 }), retry(), timeout({ attemptMs: 120_000 })])
 * console.log(await calls.execute(async ({ attempt }) => `attempt ${attempt}`)) // => attempt 1
 * ```
 *
 * @param policies from the outermost to the innermost
 * @param options name, classifier, clock, chance
 * @throws InvalidOptionsError when an entry is no policy
 */
export const pipeline = <const P extends readonly Part[]>(
  policies: P,
  options: PipelineOptions = {},
): Pipeline<AddedBy<Exclude<P[number], Gate>>> => {
  const resolved = checkPipelineOptions(options)
  checkParts(policies)
  const { name, classifier, clock, random } = resolved
  const events = new EventSource()
  const run = compose(policies)
  let callId = 0
  let inFlight = 0
  let disposed = false

  const origin: CallOrigin = {
    name,
    clock,
    random,
    classifier,
    sink: events,
    completed(call, { verdict }) {
      inFlight--
      call.unfollow?.()
      if (!events.listening) return
      const durationMs = clock.now() - call.startedAt
      call.emit<CallCompleted>({ type: 'call.completed', verdict, durationMs, attempts: call.attempts })
    },
  }

  const start = <R>(operation: Operation<R>, settings: CallOptions): Promise<R> => {
    const { signal, values } = settings
    const promise = new Promise<R>(grabSettlers as Executor<R>)
    const call = new Call(++callId, origin, operation, settings, grabbed.resolve, grabbed.reject)
    if (values !== undefined) for (const [key, value] of values) call.set(key, value)
    inFlight++
    if (signal !== undefined) call.unfollow = followSignal(signal, call)
    call.emit<CallStarted>({ type: 'call.started' })
    run.begin(call)
    return promise
  }

  const execute = <R>(operation: Operation<R>, call?: CallOptions): Promise<R> => {
    if (disposed) return Promise.reject(new PipelineDisposedError(name))
    try {
      checkFunction('execute.operation', operation)
      if (call !== undefined) checkCall(call)
    } catch (error) {
      return Promise.reject(error)
    }
    return call?.signal?.aborted ? Promise.reject(call.signal.reason) : start(operation, call ?? NO_OPTIONS)
  }

  const made: Pipeline = {
    name,
    clock,
    events,
    execute,
    wrap:
      (fn) =>
      (...args) =>
        execute(() => fn(...args)),
    state: () => ({
      pipeline: name,
      inFlight,
      policies: policies.map((part) => ({ name: part.name, state: part.snapshot?.() ?? {} })),
    }),
    describe: () => policies.map((part) => ({ name: part.name, options: part.options ?? {} })),
    dispose() {
      disposed = true
      for (const part of policies) part.dispose?.()
      events.complete()
    },
  }
  warnOrder(policies, resolved, events).catch(() => {})
  return made
}

const NO_OPTIONS: CallOptions = {}

type Executor<R> = ConstructorParameters<typeof Promise<R>>[0]

/** The settlers of the promise made last: one function for all calls, where a closure for each costs a hundred bytes. */
const grabbed: { resolve: (value: unknown) => void; reject: (error: unknown) => void } = {
  resolve: () => {},
  reject: () => {},
}

const grabSettlers = (resolve: (value: unknown) => void, reject: (error: unknown) => void): void => {
  grabbed.resolve = resolve
  grabbed.reject = reject
}
