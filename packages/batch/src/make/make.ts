import type { VerdictKind } from '@spillway/core'
import type { BatchItem } from '../input/item.ts'

/** A picture, as it came. */
export interface MadeImage {
  readonly bytes: Uint8Array
  /** What the provider calls it; its bytes decide what it is. */
  readonly mimeType?: string
}

/** What an item became. */
export interface Made {
  readonly images: readonly MadeImage[]
  readonly endpoint: string
  readonly model: string
  /** By unit: `inputTokens`, `outputTokens`, `images`. */
  readonly usage?: Readonly<Record<string, number>>
}

/** One request, when it has ended. */
export interface AttemptEnd {
  readonly endpoint: string
  readonly verdict: VerdictKind
  /** HTTP status, where there was an answer. */
  readonly status?: number
  /** What the provider calls it: `content_policy_violation`. A word, no sentence: that may quote the prompt. */
  readonly code?: string
  readonly billed: 'no' | 'yes' | 'unknown'
  readonly tookMs: number
  /** What it cost, where that is known; else what it was expected to, unless it is not billed. */
  readonly cost?: number
  /** What the provider says that an answer used, and its pictures: `inputTokens`, `outputTokens`, `images`. Its price is the run's. */
  readonly usage?: Readonly<Record<string, number>>
  /** The shortest wait that the server asked for, in milliseconds. */
  readonly retryAfterMs?: number
}

/** Hears of an item's requests. Both are called in the moment in which it happens. */
export interface AttemptListener {
  /**
   * Before a request leaves, and waited for: it may be written down on another machine. What it throws or rejects with stops
   * the item: what is not written down is not sent.
   */
  sending(attempt: {
    readonly endpoint: string
    readonly model: string
    /** When it left another machine, and is only told of now: wall milliseconds since 1970 UTC. */
    readonly at?: number
  }): void | PromiseLike<void>
  ended(attempt: AttemptEnd): void
  /**
   * Before an item is put in line for others to send, and waited for: keeps what one request for it should cost until the
   * item has ended. `stands`: it is in line since an earlier start, or has been answered, and is paid for whatever is said.
   *
   * @returns whether it may be put in line
   */
  queueing?(item: { readonly stands: boolean }): boolean | PromiseLike<boolean>
}

/** Makes what an item asks for, however often it must ask: the pipeline is in here. Rejects when there is nothing more to try. */
export type Make = (
  item: BatchItem,
  options: {
    readonly signal: AbortSignal
    readonly attempts: AttemptListener
    /** The same however often this item of this run is asked for, from whichever machine. Sent where an endpoint takes one. */
    readonly idempotencyKey?: string
    /** Names the run, the same after a restart. */
    readonly runKey?: string
    /** Until when it is wanted: wall milliseconds since 1970 UTC. A worker is told, whose runs have ends of their own. */
    readonly deadlineAt?: number
  },
) => Promise<Made>
