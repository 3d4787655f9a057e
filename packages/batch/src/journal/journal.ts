import type { BatchItem } from '../input/item.ts'
import type { AttemptEnd } from '../make/make.ts'
import type { AttemptRecord, Counts, ItemError, ItemRecord, LaunchRecord, MadeRecord, StopReason } from './records.ts'

/** An item and what the run has decided about it before it begins. */
export interface NewItem extends BatchItem {
  /** Of its files, without number and extension. */
  readonly name: string
}

/** Of an item, what its line of the input decides; where the input does not have it any more, what {@link SET_ASIDE} says. */
export type KnownItem = Pick<ItemRecord, 'seq' | 'id' | 'line' | 'fingerprint' | 'state' | 'name'>

/** In place of its line, of an item that the input does not have any more: whether it still has an id of its own. */
export const SET_ASIDE = { nameless: -1, named: -2 } as const

/** Which items to read. */
export interface ItemQuery {
  readonly states?: readonly ItemRecord['state'][]
  /** Only those that are made for themselves. */
  readonly leaders?: true
  /** Only those that share the picture of this one. */
  readonly sameAs?: number
  /** Only those that share the picture of one that has ended. */
  readonly leaderEnded?: true
  /** Only those behind this one. */
  readonly after?: number
  /** With those that the input does not have any more. */
  readonly evenRemoved?: true
  readonly limit?: number
}

/**
 * What a run writes down, and reads again when it goes on. Every write is on the disk when its method returns. Times are
 * wall milliseconds since 1970 UTC.
 */
export interface Journal {
  /** Names the run to providers. */
  readonly key: string
  /** The hash of the input that the run has, `undefined` before it has one. */
  inputHash(): string | undefined

  /** Loads the input: everything within happens, or nothing of it. May wait in between: nobody else writes. */
  atomically(work: () => Promise<void>): Promise<void>
  setInput(hash: string): void
  /** Adds an item behind the others. */
  add(item: NewItem): void
  /**
   * Takes this item and those behind it out of the run, until they are taken back: they are neither made nor
   * counted, and keep what they have and have cost. The numbers that they were called by are other lines' now.
   */
  setAside(from: Pick<KnownItem, 'line' | 'seq'>): void
  /** An item that is set aside gives its id to another one. */
  release(seq: number): void
  /** The item is in the input, and stands there. */
  takeBack(seq: number, place: Pick<BatchItem, 'id' | 'line'>): void
  /** When all items are there: each shares the picture of one with its fingerprint, of the first unless another has more. */
  findSame(): void
  /** The item is made for itself, although another asks for the same. */
  makeAlone(seq: number): void

  launch(launch: Pick<LaunchRecord, 'pid' | 'options' | 'startedAt'>): void
  stopped(reason: StopReason, at: number): void

  counts(): Counts
  /** What all attempts cost, those at work as expected. */
  cost(): number
  items(query?: ItemQuery): IterableIterator<ItemRecord>
  /** What an input is compared with: first all that are set aside, then all in the order of their lines, without prompts. */
  known(): IterableIterator<KnownItem>
  /** Items that have ended, in the order in which they did. */
  ended(): IterableIterator<ItemRecord>
  /** The names of the files of all items that are done. */
  fileNames(): IterableIterator<string>
  attemptsOf(seq: number): readonly AttemptRecord[]

  item(seq: number): ItemRecord
  itemOf(id: string): ItemRecord
  /** What a killed process has left open: its requests may be billed, its waits were over when they were expected to be. */
  leaveOpen(at: number): void

  /** Write-ahead: the item is `sent` before its request leaves. Gives back the attempt's handle. */
  sent(seq: number, attempt: { endpoint: string; model: string; at: number; expectedCost: number }): number
  attemptEnded(attempt: number, end: Pick<AttemptEnd, 'verdict' | 'status' | 'billed'>, cost: number, at: number): void
  /** Its pictures are on the disk under temporary names, and will be put in place. */
  saving(seq: number, made: MadeRecord, at: number): void
  done(seq: number, at: number): void
  failed(seq: number, state: 'failed' | 'unknown', error: ItemError, at: number): void
  /** Nothing was sent, or it shall be asked for again. */
  waitAgain(seq: number): void

  endpointState(endpoint: string, state: string, at: number): void
  /** Gives back the wait's handle. */
  waitBegan(reason: string, at: number, more: { readonly endpoint?: string; readonly until?: number }): number
  waitEnded(wait: number, at: number): void

  close(): void
}
