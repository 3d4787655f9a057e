import type { PipelineEvent } from '../../kernel/pipeline-event.ts'
import type { VerdictKind } from '../../kernel/verdict.ts'

// `keyHash` is a name for the key, the same within one cache and process. Never the key, which may quote a prompt.

/** A call was answered from the cache. */
export interface CacheHit extends PipelineEvent {
  readonly type: 'cache.hit'
  readonly policy: string
  readonly keyHash: string
  readonly ageMs: number
  /** Whether a new answer is fetched in the background. */
  readonly stale: boolean
}

/** Nothing usable was stored, and nobody was at work on it: this call asks. */
export interface CacheMissed extends PipelineEvent {
  readonly type: 'cache.missed'
  readonly policy: string
  readonly keyHash: string
}

/** A call waits for what another call with the same key has started. */
export interface CacheCoalesced extends PipelineEvent {
  readonly type: 'cache.coalesced'
  readonly policy: string
  readonly keyHash: string
  /** The `callId` of that other call, to which the attempts belong. */
  readonly leader: number
  /** How many wait for it now, this one included. */
  readonly waiting: number
}

/** Another process is at work on it: this call, and those that join it, wait for what that one stores. */
export interface CacheFollowed extends PipelineEvent {
  readonly type: 'cache.followed'
  readonly policy: string
  readonly keyHash: string
}

/** An answer was stored. */
export interface CacheStored extends PipelineEvent {
  readonly type: 'cache.stored'
  readonly policy: string
  readonly keyHash: string
}

/** The background call behind a stale answer has ended. */
export interface CacheRevalidated extends PipelineEvent {
  readonly type: 'cache.revalidated'
  readonly policy: string
  readonly keyHash: string
  readonly verdict: VerdictKind
  readonly durationMs: number
}

/** A stale answer was given in place of a failure, to everybody who waited. */
export interface CacheStaleUsed extends PipelineEvent {
  readonly type: 'cache.stale_used'
  readonly policy: string
  readonly keyHash: string
  readonly ageMs: number
  /** What it replaces. */
  readonly verdict: VerdictKind
}
