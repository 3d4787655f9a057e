import type { VerdictKind } from '@spillway/core'
import type { Counts, FileRecord, ItemError, StopReason } from '../journal/records.ts'

/** Every event says when it happened: wall milliseconds since 1970 UTC. */
export interface BatchMoment {
  readonly at: number
}

/** The input is read, what was left from before is settled, and work begins. */
export interface RunStarted extends BatchMoment {
  readonly type: 'run.started'
  readonly counts: Counts
  /** Items whose pictures were on the disk, and were not written down as done. */
  readonly adopted: number
  /** Items that are done and that the input, which has changed, does not have any more. They do not count from now on. */
  readonly removed: number
  /** Pictures of items that are done which are not in the folder any more: somebody has moved or removed them. */
  readonly missing: number
  /** Spent before, by earlier launches. */
  readonly cost: number
}

/** An item is taken up. Its request may still wait for its turn. */
export interface ItemStarted extends BatchMoment {
  readonly type: 'item.started'
  readonly id: string
}

/** Those that are out may use up what the run may cost: the next request for it waits for what they do. */
export interface ItemWaiting extends BatchMoment {
  readonly type: 'item.waiting'
  readonly id: string
  readonly reason: 'cost'
}

/** It does not wait any more. */
export interface ItemWaited extends BatchMoment {
  readonly type: 'item.waited'
  readonly id: string
}

/** A request leaves. */
export interface ItemSent extends BatchMoment {
  readonly type: 'item.sent'
  readonly id: string
  /** From 1, over all launches. */
  readonly attempt: number
  readonly endpoint: string
  readonly model: string
}

/** A request has ended. */
export interface AttemptEnded extends BatchMoment {
  readonly type: 'attempt.ended'
  readonly id: string
  readonly endpoint: string
  readonly verdict: VerdictKind
  readonly status?: number
  readonly billed: 'no' | 'yes' | 'unknown'
  readonly tookMs: number
  readonly cost: number
}

/** Its files are in place. */
export interface ItemDone extends BatchMoment {
  readonly type: 'item.done'
  readonly id: string
  readonly files: readonly FileRecord[]
  readonly source: 'request' | 'cache' | 'same'
  readonly endpoint: string
}

/** There will be no picture, unless it is asked for again. */
export interface ItemFailed extends BatchMoment {
  readonly type: 'item.failed'
  readonly id: string
  readonly error: ItemError
}

/** A request left, and nobody knows whether it was served: asking again may pay twice. */
export interface ItemUnknown extends BatchMoment {
  readonly type: 'item.unknown'
  readonly id: string
  readonly error: ItemError
}

/** Nothing can be sent for a while. */
export interface RunWaiting extends BatchMoment {
  readonly type: 'run.waiting'
  readonly reason: string
  readonly endpoint?: string
  /** Wall time. */
  readonly until?: number
}

/** What it waited for has come. */
export interface RunWaited extends BatchMoment {
  readonly type: 'run.waited'
  readonly reason: string
  readonly endpoint?: string
}

/** An endpoint has another state. */
export interface EndpointChanged extends BatchMoment {
  readonly type: 'endpoint.changed'
  readonly endpoint: string
  readonly state: string
}

/** No item is taken up any more; those at work may end. */
export interface RunStopping extends BatchMoment {
  readonly type: 'run.stopping'
  readonly reason: StopReason
}

/** The cache could not keep a picture. The run goes on without it, and says so once. */
export interface CacheFailed extends BatchMoment {
  readonly type: 'cache.failed'
  readonly code: string
}

/** Everything is written down. */
export interface RunStopped extends BatchMoment {
  readonly type: 'run.stopped'
  readonly reason: StopReason
  readonly counts: Counts
  readonly cost: number
}

/** What a run tells while it works. */
export type BatchEvent =
  | RunStarted
  | ItemStarted
  | ItemWaiting
  | ItemWaited
  | ItemSent
  | AttemptEnded
  | ItemDone
  | ItemFailed
  | ItemUnknown
  | RunWaiting
  | RunWaited
  | EndpointChanged
  | CacheFailed
  | RunStopping
  | RunStopped
