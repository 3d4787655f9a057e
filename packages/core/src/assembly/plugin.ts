import type { CallContext } from '../kernel/call-context.ts'
import type { Pipeline } from './pipeline.ts'
import type { SpillwayEvent } from './spillway-event.ts'

/**
 * What watches pipelines without being one of their policies: tracing, metrics, logs. It sees everything and decides
 * nothing: whatever it throws is reported as `diagnostic.reported` and changes no outcome.
 */
export interface Plugin {
  /** Appears in diagnostics. */
  readonly name: string
  /** Called once for each pipeline. What it gives back belongs to that pipeline; nothing: this one is left alone. */
  attach(pipeline: Pipeline<unknown>): PluginHooks | undefined
  /**
   * Whether anybody takes what it would tell of the pipeline. While it says no, it is attached nowhere: a call costs this question and
   * nothing else, and no event is made. Asked when a plugin is added and when a call begins; from its first yes on the plugin
   * is attached for good. @default always
   */
  isWanted?(pipeline: Pipeline<unknown>): boolean
}

/** What a {@link Plugin} does at one pipeline. */
export interface PluginHooks {
  /**
   * Around the beginning of a call. Calls `run` once before it returns, inside whatever the call is to see around it, such
   * as `AsyncLocalStorage.run`. `run` returns when the call has begun; its end is the event `call.completed`.
   *
   * @param call the root of the call's contexts: `call.set(key, value)` keeps what belongs to it
   */
  aroundCall?(run: () => void, call: CallContext): void
  /**
   * Around each real run of the operation, in the same way. It may be called in the surroundings of another call, whose end
   * made room for this one: what belongs to the call is found by `context.get(key)`. The end is `attempt.completed`.
   *
   * @param context what the operation gets: attempt, endpoint, signal
   */
  aroundAttempt?(run: () => void, context: CallContext): void
  /** Everything that happens in the pipeline. */
  onEvent?(event: SpillwayEvent): void
  /** The pipeline was disposed of, or the plugin was taken away. */
  detach?(): void
}
