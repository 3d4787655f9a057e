import type { CallContext } from './call-context.ts'
import type { Outcome } from './outcome.ts'
import type { ProviderReport } from './provider-report.ts'
import type { RejectedError } from './spillway-error.ts'

/** The user's function. It passes `context.signal` to whatever it waits for. */
export type Operation<R> = (context: CallContext) => PromiseLike<R>

/** Everything inside the current policy. Never rejects: an error is a failed outcome. */
export interface Next<R> {
  (context: CallContext): Promise<Outcome<R>>
  /**
   * Milliseconds until the gates inside would admit a call with this context: 0 is now, `Infinity` never by
   * themselves. Takes no place: see `readyInMs` of {@link Gate}.
   */
  readonly readyInMs: (context: CallContext) => number
}

/**
 * One behaviour around the next function: a policy that repeats, replaces or remembers outcomes.
 *
 * `Adds` is what it may answer besides the operation's own result: `never` for retry, the other answer for fallback.
 */
export interface Policy<Adds = never> {
  readonly name: string
  /** What it is, whatever it is called: `retry`. Two parts of one kind do the same. @default its name */
  readonly kind?: string
  /** Runs `next` once, several times or not at all. Never rejects, ends at once when the context aborts. */
  execute<R>(next: Next<R>, context: CallContext): Promise<Outcome<R | Adds>>
  /**
   * Milliseconds until a call with this context could begin, where that is not what `next` says. 0 is now, `Infinity` never
   * by itself. Takes no place: see `readyInMs` of {@link Gate}.
   */
  readyInMs?(next: Next<unknown>, context: CallContext): number
  /** What it was made with, for logs and tests. */
  readonly options?: object
  /** What it knows now. Plain data. */
  snapshot?(): object
  /** Ends waits, and timers that serve no call. Later calls pass through or are refused; none hangs. */
  dispose?(): void
}

/** How far an attempt whose result arrives in parts has come. Heartbeats are not reported. */
export type Progress =
  /** The connection stands: the request can be sent. */
  | 'connected'
  /** Response headers are here. */
  | 'headers'
  /** A part with content is here. */
  | 'content'
  /** The reader is busy, or the attempt is over: the provider is not to blame for the silence. */
  | 'paused'
  /** The reader waits for the provider again. */
  | 'resumed'

/**
 * The half of the policies that only let an attempt in and hear how it ended. Neighbouring gates run as a flat list of
 * synchronous hooks around one promise.
 */
export interface Gate {
  readonly name: string
  /** What it is, whatever it is called: `retry`. Two parts of one kind do the same. @default its name */
  readonly kind?: string
  /**
   * Admits (`undefined`) or refuses. Answers with a promise only when it must wait; that wait ends when the context
   * aborts, and frees its place in the same tick.
   */
  enter(context: CallContext): undefined | RejectedError | PromiseLike<undefined | RejectedError>
  /**
   * How what was admitted ended for its caller: for a stream, when the stream ended. Called once per admission. What it
   * throws, or `release` or `progress`, is reported and changes nothing.
   */
  leave(context: CallContext, outcome: Outcome<unknown>): void
  /** The work itself has ended: later than `leave` for what was abandoned and went on. Called once per admission. */
  release?(context: CallContext): void
  /** The attempt moved. Only called between `enter` and `leave`. */
  progress?(context: CallContext, progress: Progress): void
  /**
   * The provider said something besides its answer. Only called between `enter` and `release`: what was abandoned uses
   * something as well.
   */
  providerSaid?(context: CallContext, report: ProviderReport): void
  /**
   * 0 = would admit now. Takes no place and changes nothing here; it may set off a question to other processes, whose answer it
   * knows the next time it is asked: so a breaker gets leave to probe.
   */
  readyInMs?(context: CallContext): number
  /** What it was made with, for logs and tests. */
  readonly options?: object
  /** What it knows now. Plain data. */
  snapshot?(): object
  /** Ends waits, and timers that serve no call. */
  dispose?(): void
}

/**
 * The half of the wrapping policies that always run what is inside once, and only then decide: they hear how it ended, and
 * may replace that or run it again. Reactions cost no promise while there is nothing to do.
 */
export interface Reaction<Adds = never> {
  readonly name: string
  /** What it is, whatever it is called: `retry`. Two parts of one kind do the same. @default its name */
  readonly kind?: string
  /**
   * Hears how what is inside ended. Gives back the same outcome, another one, or a promise of what it makes of `next`.
   * Never rejects, ends at once when the context aborts.
   */
  react<R>(outcome: Outcome<R>, next: Next<R>, context: CallContext): Outcome<R | Adds> | Promise<Outcome<R | Adds>>
  /** What it was made with, for logs and tests. */
  readonly options?: object
  /** What it knows now. Plain data. */
  snapshot?(): object
  /** Ends timers and waits. */
  dispose?(): void
}

/** What a pipeline is a list of. */
export type Part<Adds = unknown> = Policy<Adds> | Reaction<Adds> | Gate

export const isGate = (part: Part): part is Gate => 'enter' in part

export const isReaction = (part: Part): part is Reaction<unknown> => 'react' in part
