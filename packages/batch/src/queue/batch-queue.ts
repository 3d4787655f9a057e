import type { SharedQuotaStore } from '@spillway/core'
import type { Make } from '../make/make.ts'

/** A queue of items that stands outside of this process. `@spillway/bullmq` is one. */
export interface BatchQueue {
  /** The side of the run: what it makes, workers make. */
  openRun(run?: QueuedRunOptions): QueuedRun
  /** The side of a worker: takes items until it is stopped. */
  work(options: QueueWorkerOptions): QueueWorker
  /** Where it is, for people: without user and password. */
  readonly address: string
  /** Waits until it answers. Rejects, with what to look at, when it does not within ten seconds. */
  connect(): Promise<void>
  /** Quotas that all workers keep to together, where the server can count them; Redis can. */
  openQuota(): Promise<SharedQuota | undefined>
}

/** For the option `store` of `rateLimit`. */
export interface SharedQuota {
  readonly store: SharedQuotaStore
  close(): void
}

/** Options of a run whose items are made by workers. */
export interface QueuedRunOptions {
  /**
   * What becomes of an item whose request was out when its worker was lost: `skip` reports it, `again` asks again and may pay
   * twice. With endpoints that honour idempotency keys it is always asked again. @default 'skip'
   */
  readonly onUnknown?: 'skip' | 'again'
  /** Wall milliseconds since 1970 UTC until when items may wait. @default none */
  readonly deadlineAt?: number
  /** Hears when the queue cannot be reached; it is tried again. */
  readonly onQueueFailed?: (error: unknown) => void
}

/** A run on a queue. */
export interface QueuedRun {
  /**
   * Puts an item in line, unless it stands there already, and waits for its result. When its signal aborts, the item is taken
   * out of the line, unless a worker has it.
   */
  readonly make: Make
  /** Says that what became of an item is written down: only then it leaves the queue. */
  recorded(item: string): void
  /** How its queue stands. */
  counts(): Promise<QueueCounts>
  /** Waits for no more results. What is in line stays there for the next start, unless the run is `finished`. */
  close(options?: { readonly finished?: boolean }): Promise<void>
}

/** Of all runs of the queue. */
export interface QueueCounts {
  readonly waiting: number
  readonly active: number
  readonly delayed: number
  /** Milliseconds for which no worker takes an item, 0 where they do. */
  readonly pausedMs: number
}

/** Options of a worker. */
export interface QueueWorkerOptions {
  /** Tries once: waiting and trying again is the queue's part. */
  readonly make: Make
  /** Items at work at once: an integer from 1. */
  readonly concurrency: number
  /** Whether the endpoints make an item once, however often they are asked with its idempotency key. @default false */
  readonly idempotent?: boolean
  /** Hears what happens. */
  readonly listener?: (event: QueueWorkerEvent) => void
}

/** A worker at work. */
export interface QueueWorker {
  /** Takes nothing more, gives back what was not sent, and waits for the rest. Calling it twice does nothing. */
  stop(): Promise<void>
  /** Settles when it has stopped; rejects when it begins to stop by itself, because its own key or endpoints do not serve. */
  readonly ended: Promise<void>
}

/** What happens at a worker. */
export type QueueWorkerEvent =
  | { readonly type: 'item.sent'; readonly item: string; readonly endpoint: string }
  | { readonly type: 'item.done'; readonly item: string }
  | { readonly type: 'item.failed'; readonly item: string }
  /** An earlier worker was lost while its request was out. */
  | { readonly type: 'item.unknown'; readonly item: string }
  /** `lost_worker`: its request was out when its worker was lost, and may still be answered. Nothing else has a reason. */
  | { readonly type: 'item.delayed'; readonly item: string; readonly waitMs: number; readonly reason?: 'lost_worker' }
  /** Not sent, and in line again. */
  | { readonly type: 'item.given_back'; readonly item: string }
  | { readonly type: 'queue.paused'; readonly waitMs: number }
  /** The queue cannot be reached, or said something that is no answer; it is tried again. */
  | { readonly type: 'queue.failed'; readonly error: unknown }
