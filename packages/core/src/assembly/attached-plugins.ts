import type { Call } from '../kernel/call.ts'
import type { CallContext } from '../kernel/call-context.ts'
import { checkFunction } from '../kernel/check-options.ts'
import { errorName, type DiagnosticReported } from '../kernel/events.ts'
import { InvalidOptionsError } from '../kernel/invalid-options-error.ts'
import type { Operation } from '../kernel/policy.ts'
import type { EventSource } from './event-source.ts'
import type { Subscription } from './event-stream.ts'
import type { Pipeline } from './pipeline.ts'
import type { Plugin, PluginHooks } from './plugin.ts'

interface Attached {
  readonly plugin: Plugin
  readonly hooks: PluginHooks
  readonly subscription: Subscription | undefined
}

type HookName = 'aroundCall' | 'aroundAttempt'

/** @throws InvalidOptionsError when it is no plugin */
export const checkPlugin = (option: string, plugin: Plugin): void => {
  if (typeof plugin?.name !== 'string' || typeof plugin.attach !== 'function')
    throw new InvalidOptionsError(option, plugin, 'a plugin: a name and a function attach()')
  checkFunction(`${option}.isWanted`, (plugin as { isWanted?: unknown }).isWanted, true)
}

/** The plugins of one pipeline. A call pays for them only where there are any. */
export class AttachedPlugins {
  readonly #pipeline: Pipeline<unknown>
  readonly #events: EventSource
  #all: readonly Attached[] = []
  /** Those that nobody wants yet. */
  #unwanted: readonly Plugin[] = []
  #aroundCalls: readonly Attached[] = []
  #aroundAttempts: readonly Attached[] = []

  constructor(pipeline: Pipeline<unknown>, events: EventSource) {
    this.#pipeline = pipeline
    this.#events = events
  }

  attach(plugin: Plugin): void {
    if (this.#all.some((each) => each.plugin === plugin)) return
    this.#unwanted = this.#unwanted.filter((each) => each !== plugin)
    try {
      if (plugin.isWanted?.(this.#pipeline) === false) {
        this.#unwanted = [...this.#unwanted, plugin]
        return
      }
      const hooks = plugin.attach(this.#pipeline)
      if (hooks === undefined || hooks === null) return
      const subscription =
        hooks.onEvent === undefined ? undefined : this.#events.subscribe((event) => hooks.onEvent?.(event))
      this.#set([...this.#all, { plugin, hooks, subscription }])
    } catch (thrown) {
      // A moment later, so that whoever made the pipeline can listen.
      queueMicrotask(() => this.#report(`${plugin.name}.attach`, thrown))
    }
  }

  /** Attaches those that somebody wants by now. */
  attachWanted(): void {
    for (const plugin of this.#unwanted) if (isWanted(plugin, this.#pipeline)) this.attach(plugin)
  }

  detach(plugin: Plugin): void {
    this.#unwanted = this.#unwanted.filter((each) => each !== plugin)
    const found = this.#all.find((each) => each.plugin === plugin)
    if (found === undefined) return
    found.subscription?.unsubscribe()
    this.#set(this.#all.filter((each) => each !== found))
    try {
      found.hooks.detach?.()
    } catch (thrown) {
      this.#report(`${plugin.name}.detach`, thrown)
    }
  }

  detachAll(): void {
    this.#unwanted = []
    for (const { plugin } of this.#all) this.detach(plugin)
  }

  /** Whether some wait for {@link attachWanted}. */
  get someUnwanted(): boolean {
    return this.#unwanted.length > 0
  }

  /** Whether a call has to begin through {@link begin}. */
  get aroundCalls(): boolean {
    return this.#aroundCalls.length > 0
  }

  begin(call: Call, start: (call: Call) => void): void {
    around('aroundCall', this.#aroundCalls, call, () => start(call))
  }

  /** The operation with the hooks around it, those that are there when it runs; the operation itself where there are none. */
  around<R>(operation: Operation<R>): Operation<R> {
    return this.#aroundAttempts.length === 0 ? operation : this.#wrapped(operation)
  }

  #wrapped<R>(operation: Operation<R>): Operation<R> {
    return (context) => {
      let answer: PromiseLike<R> | undefined
      around('aroundAttempt', this.#aroundAttempts, context, () => {
        try {
          answer = operation(context)
        } catch (error) {
          answer = Promise.reject(error)
        }
      })
      return answer as PromiseLike<R>
    }
  }

  #set(all: readonly Attached[]): void {
    this.#all = all
    this.#aroundCalls = all.filter(({ hooks }) => hooks.aroundCall !== undefined)
    this.#aroundAttempts = all.filter(({ hooks }) => hooks.aroundAttempt !== undefined)
  }

  #report(source: string, thrown: unknown): void {
    const { clock, name: pipeline } = this.#pipeline
    const at = clock.now()
    const report: DiagnosticReported = {
      type: 'diagnostic.reported',
      source,
      errorName: errorName(thrown),
      at,
      pipeline,
    }
    this.#events.publish(report)
  }
}

/** What throws is wanted: attaching it reports why it cannot be. */
const isWanted = (plugin: Plugin, pipeline: Pipeline<unknown>): boolean => {
  try {
    return plugin.isWanted?.(pipeline) !== false
  } catch {
    return true
  }
}

/** Runs `inner` once inside all hooks, the first plugin's outermost, whatever a hook does. */
const around = (name: HookName, all: readonly Attached[], context: CallContext, inner: () => void, from = 0): void => {
  const attached = all[from]
  if (attached === undefined) return inner()
  let ran = false
  const run = (): void => {
    if (ran) return
    ran = true
    around(name, all, context, inner, from + 1)
  }
  const source = `${attached.plugin.name}.${name}`
  try {
    attached.hooks[name]?.(run, context)
    if (!ran) context.report(source, new DidNotRunError())
  } catch (thrown) {
    context.report(source, thrown)
  }
  run()
}

/** Appears by its name in a diagnostic: the hook returned without having called `run`. */
class DidNotRunError extends Error {
  override readonly name = 'DidNotRunError'
}
