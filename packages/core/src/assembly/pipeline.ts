import { checkParts } from '../kernel/check-part.ts'
import { Call } from '../kernel/call.ts'
import { checkFunction } from '../kernel/check-options.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Gate, Operation, Part, Policy, Reaction } from '../kernel/policy.ts'
import { AttachedPlugins } from './attached-plugins.ts'
import type { CallStarted } from './call-events.ts'
import { checkCall, type CallOptions } from './call-options.ts'
import { endedAlready, followCaller, surroundings, type Begin, type CallerOptions } from './caller.ts'
import { EventSource } from './event-source.ts'
import type { EventStream } from './event-stream.ts'
import { Generations } from './generations.ts'
import type { ExecutableCall } from './open-call.ts'
import { PipelineDisposedError } from './pipeline-disposed-error.ts'
import type { PipelineReloaded } from './pipeline-events.ts'
import { checkPipelineOptions, type PipelineOptions } from './pipeline-options.ts'
import { joinPlugins } from './register-plugin.ts'

/** What a pipeline knows about itself now. Plain data. */
export interface PipelineState {
  readonly pipeline: string
  /** Calls that have started and not ended. */
  readonly inFlight: number
  /** Operations at work that nobody waits for any more: they may be billed, and nobody will read what they give. */
  readonly orphans: number
  /** One entry for each policy, in running order. `kind` is what it is, whatever its name: `bulkhead`. */
  readonly policies: readonly { readonly name: string; readonly kind: string; readonly state: object }[]
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
  /**
   * Puts new policies in the place of the old ones, under the same handle: calls from here on run through these, and calls
   * in flight end with those they began with. A policy that stands in both lists keeps its state; the others are disposed
   * of when their last call has ended, and cannot be used again. A list that is refused changes nothing.
   *
   * ```ts
   * import { pipeline, retry } from '@spillway/core'
   *
   * const calls = pipeline([retry({ maxAttempts: 2 })])
   * calls.reload([retry({ maxAttempts: 5 })])
   * console.log(calls.describe()[0]?.options) // => { name: 'retry', maxAttempts: 5, maxRerolls: 2, jitter: 'symmetric' }
   * ```
   *
   * @throws InvalidOptionsError when an entry is no policy
   * @throws PipelineDisposedError when the pipeline was disposed of
   */
  reload<const P extends readonly Part[]>(policies: P & OnlyAdding<P, Adds>): void
  /** Ends the event stream and the waits in lines. Calls at work go on, within their limits; new ones are refused. */
  dispose(): void
}

/** What a part may answer besides the operation's own result. */
export type AddedBy<P> = P extends Policy<infer Adds> | Reaction<infer Adds> ? Adds : never

/** Nothing where a list adds only answers that callers expect already; what fits no list otherwise. */
export type OnlyAdding<P extends readonly Part[], Adds> = [AddedBy<Exclude<P[number], Gate>>] extends [Adds]
  ? unknown
  : never

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
  checkParts('pipeline.policies', policies)
  const { name, clock } = resolved
  const events = new EventSource()
  const generations = new Generations(policies, resolved, events)
  let callId = 0
  const nextId = (): number => ++callId
  let disposed = false

  const start = <R>(operation: Operation<R>, settings: CallerOptions): Promise<R> => {
    const ended = endedAlready(settings)
    if (ended !== undefined) return Promise.reject(ended.reason)
    const promise = new Promise<R>(grabSettlers as Executor<R>)
    const generation = generations.current
    const call = new Call(nextId(), generation, plugins.around(operation), settings, grabbed.resolve, grabbed.reject)
    generation.inFlight++
    if (settings !== NO_OPTIONS) callerSays(call, settings)
    call.emit<CallStarted>({ type: 'call.started' })
    const run = generation.runFor(call, settings)
    if (plugins.aroundCalls) plugins.begin(call, run.begin)
    else run.begin(call)
    return promise
  }

  const startWithin =
    (several: ExecutableCall): Begin =>
    (...given) =>
      several.execute({ generations, plugins, nextId }, ...given)

  const execute = <R>(operation: Operation<R>, call?: CallOptions): Promise<R> => {
    if (disposed) return Promise.reject(new PipelineDisposedError(name))
    try {
      checkFunction('execute.operation', operation)
      if (call !== undefined) checkCall(call)
    } catch (error) {
      return Promise.reject(error)
    }
    if (plugins.someUnwanted) plugins.attachWanted()
    const settings = call ?? NO_OPTIONS
    const begin = settings.within === undefined ? start : startWithin(settings.within as ExecutableCall)
    return surroundings.around === undefined
      ? begin(operation, settings)
      : surroundings.around(begin, operation, settings)
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
      inFlight: generations.inFlight,
      orphans: generations.orphans.count,
      policies: generations.current.parts.map((part) => ({
        name: part.name,
        kind: part.kind ?? part.name,
        state: part.snapshot?.() ?? {},
      })),
    }),
    describe: () => generations.current.parts.map((part) => ({ name: part.name, options: part.options ?? {} })),
    reload(parts: readonly Part[]) {
      if (disposed) throw new PipelineDisposedError(name)
      checkParts('pipeline.policies', parts)
      generations.replace(parts)
      const reloaded: PipelineReloaded = {
        type: 'pipeline.reloaded',
        policies: parts.map((part) => part.name),
        at: clock.now(),
        pipeline: name,
      }
      events.publish(reloaded)
    },
    dispose() {
      disposed = true
      generations.dispose()
      leavePlugins()
      events.complete()
      plugins.detachAll()
    },
  }
  const plugins = new AttachedPlugins(made, events)
  for (const plugin of resolved.plugins) plugins.attach(plugin)
  const leavePlugins = joinPlugins(plugins)
  return made
}

const NO_OPTIONS: CallOptions = {}

const callerSays = (call: Call, settings: CallerOptions): void => {
  for (const [key, value] of settings.values ?? []) call.set(key, value)
  call.unfollow = followCaller(call, settings)
}

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
