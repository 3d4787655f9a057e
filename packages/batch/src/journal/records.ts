import type { VerdictKind } from '@spillway/core'
import type { BatchItem } from '../input/item.ts'

/**
 * Where an item stands. `sent`: a request has left, and its end is not written down. `saving`: the pictures are on the disk
 * under temporary names. `unknown`: a request left, and nobody knows whether it was served.
 */
export type ItemState = 'waiting' | 'sent' | 'saving' | 'done' | 'failed' | 'unknown'

/** A file of the out folder. */
export interface FileRecord {
  /** Within the folder. */
  readonly name: string
  readonly bytes: number
  /** Of its content, hexadecimal. */
  readonly sha256: string
}

/** What became of an item that is done. */
export interface MadeRecord {
  /** `request`: it was asked for. `cache`: it was kept from before. `same`: another item of the run asks for the same. */
  readonly source: 'request' | 'cache' | 'same'
  readonly files: readonly FileRecord[]
  readonly endpoint: string
  readonly model: string
  /** By unit: `inputTokens`, `outputTokens`, `images`. */
  readonly usage?: Readonly<Record<string, number>>
}

/** Why there is no picture. Never the provider's own words, which may quote the prompt. */
export interface ItemError {
  /** Stable: of Spillway's error, else the verdict. */
  readonly code: string
  readonly message: string
  readonly verdict?: VerdictKind
  /** HTTP status, where there was an answer. */
  readonly status?: number
}

/** An item of a run. Times are wall milliseconds since 1970 UTC. */
export interface ItemRecord extends BatchItem {
  /** From 1, in the order in which the run came to know its items. It stays the same, wherever the item's line moves. */
  readonly seq: number
  /** Of its files, without number and extension. */
  readonly name: string
  readonly state: ItemState
  /** The id of the item that is made for both. */
  readonly sameAs?: string
  readonly made?: MadeRecord
  readonly error?: ItemError
  /** Requests that have left, over all launches. */
  readonly attempts: number
  /** What they cost, in the currency of the prices. */
  readonly cost: number
  /** When its first request left, or its picture came without one. */
  readonly startedAt?: number
  readonly endedAt?: number
  /** Its place in `results.jsonl`: the order in which items ended. */
  readonly place?: number
}

/** One request. */
export interface AttemptRecord {
  /** The item's id. */
  readonly item: string
  /** From 1 within the item, over all launches. */
  readonly number: number
  readonly launch: number
  readonly endpoint: string
  readonly model: string
  readonly startedAt: number
  /** Nothing while it runs. */
  readonly endedAt?: number
  readonly verdict?: VerdictKind
  readonly status?: number
  readonly billed?: 'no' | 'yes' | 'unknown'
  /** Expected until it has ended. What may have been billed counts as billed. */
  readonly cost: number
}

/** A process that has worked at the run. */
export interface LaunchRecord {
  readonly number: number
  readonly pid: number
  /** As given, without secrets. */
  readonly options: Readonly<Record<string, unknown>>
  readonly startedAt: number
  readonly endedAt?: number
  /** Nothing where it works, or was killed. */
  readonly stopped?: StopReason
}

/** Why a launch ended. `finished`: nothing was left to do. */
export type StopReason = 'finished' | 'cost' | 'errors' | 'deadline' | 'limit' | 'signal' | 'disk' | 'crashed'

/** An endpoint's state from a moment on. */
export interface EndpointStateRecord {
  readonly at: number
  readonly endpoint: string
  /** In the words of the pipeline: `closed`, `open`, `half-open`, `paused`. */
  readonly state: string
}

/** A time in which nothing could be sent, and why. */
export interface WaitRecord {
  /** `schedule`, `quota`, `overloaded`, `disk` … */
  readonly reason: string
  readonly endpoint?: string
  readonly startedAt: number
  /** As expected when it began. */
  readonly until?: number
  readonly endedAt?: number
}

/** How many items there are in each state. */
export type Counts = Readonly<Record<ItemState, number>>

/** A run, as its journal tells. */
export interface RunRecord {
  readonly folder: string
  /** Names the run to providers: idempotency keys begin with it. */
  readonly key: string
  /** Over ids and fingerprints, in order. */
  readonly inputHash: string
  readonly createdAt: number
  /** The process that works at it now. */
  readonly runningPid?: number
  readonly counts: Counts
  /** Of all attempts, those at work as expected, and those for items that the input does not have any more. */
  readonly cost: number
  readonly launches: readonly LaunchRecord[]
  /** Of the input, in its order. */
  readonly items: readonly ItemRecord[]
  /** In the order in which they began. */
  readonly attempts: readonly AttemptRecord[]
  readonly endpointStates: readonly EndpointStateRecord[]
  readonly waits: readonly WaitRecord[]
}
