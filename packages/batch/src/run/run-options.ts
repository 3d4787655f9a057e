import {
  type CacheStore,
  type Clock,
  checkDuration,
  checkFunction,
  checkKnown,
  checkNumber,
  checkOneOf,
  InvalidOptionsError,
  systemClock,
} from '@spillway/core'
import type { BatchItem } from '../input/item.ts'
import type { Make } from '../make/make.ts'
import type { BatchEvent } from './run-events.ts'

/** What whoever makes the pictures tells a run of the outside. It is written down and told on as events. */
export interface RunNotes {
  /** Nothing can be sent for a while, expected to end at `until`: wall milliseconds since 1970 UTC. Gives back what ends the wait. */
  waiting(reason: string, more?: { readonly endpoint?: string; readonly until?: number }): () => void
  /** An endpoint has another state: `closed`, `open`, `half-open`, `paused`. */
  endpointState(endpoint: string, state: string): void
}

/** Options of {@link runBatch}. */
export interface RunBatchOptions {
  /** What to make: `readItems(file)`, or items of your own. @default those of the run that is in the folder */
  readonly items?: Iterable<BatchItem> | AsyncIterable<BatchItem>
  /** Makes an item, however often it must ask. */
  readonly make: Make
  /** Where the pictures go. One folder is one run. */
  readonly folder: string
  /** Aborts: no item is taken up any more, those at work have `graceMs` to end. @default never */
  readonly signal?: AbortSignal
  /** How long those at work may take when the run stops early: milliseconds from 0, or `Infinity`. @default 120000 */
  readonly graceMs?: number
  /** Items at work at once: an integer from 1. @default 16 */
  readonly maxConcurrency?: number
  /** Stops when so many items have failed in this launch: an integer from 1, or `Infinity`. @default Infinity */
  readonly maxErrors?: number
  /**
   * The most that the whole run may cost, earlier launches included: from 0, or `Infinity`. A request that is expected to
   * pass it is not sent. @default Infinity
   */
  readonly maxCost?: number
  /** What one request for an item should cost, in the currency of `maxCost`. Needed for `maxCost`. @default 0 */
  readonly estimateCost?: (item: BatchItem) => number
  /** Stops then: wall milliseconds since 1970 UTC. @default never */
  readonly deadline?: number
  /**
   * What becomes of an item whose request left and whose end nobody knows. `skip`: it is reported. `again`: it is asked for
   * again, and may be paid for twice. @default 'skip'
   */
  readonly onUnknown?: 'skip' | 'again'
  /**
   * Whether the maker itself knows what became of an item that it was asked for before, as a queue of workers does: such
   * an item is asked for again, and nobody counts it as unknown. Where there is a `maxCost`, it asks `attempts.queueing` before it
   * lets others send. @default false
   */
  readonly makerRemembers?: boolean
  /** Asks again for what has failed in earlier launches. @default false */
  readonly retryErrors?: boolean
  /** Takes an input that is not the one of the run, where possible keeping what was made. @default false */
  readonly acceptChanges?: boolean
  /** Takes up so many items and no more: an integer from 1, or `Infinity`. @default Infinity */
  readonly limit?: number
  /** Pictures of other runs, and for them: a folder, or a store such as a Keyv. @default none */
  readonly cache?: string | CacheStore
  /** Called once with what it may tell the run; what it gives back is called at the end. @default none */
  readonly watch?: (notes: RunNotes) => (() => void) | void
  /** Hears what happens. What it throws is ignored. @default nobody */
  readonly onEvent?: (event: BatchEvent) => void
  /** Written down with the launch, for reports: plain data, no secrets. @default nothing */
  readonly note?: Readonly<Record<string, unknown>>
  /** The source of time. @default the system's */
  readonly clock?: Clock
}

/** What {@link runBatch} takes where an option is left out. */
export const RUN_BATCH_DEFAULTS: {
  readonly graceMs: number
  readonly maxConcurrency: number
  readonly maxErrors: number
  readonly maxCost: number
  readonly onUnknown: 'skip' | 'again'
  readonly makerRemembers: boolean
  readonly retryErrors: boolean
  readonly acceptChanges: boolean
  readonly limit: number
} = {
  // What is at work is paid for: an image takes 20 to 40 s, more than 100 s under overload.
  graceMs: 120_000,
  maxConcurrency: 16,
  maxErrors: Infinity,
  maxCost: Infinity,
  onUnknown: 'skip',
  makerRemembers: false,
  retryErrors: false,
  acceptChanges: false,
  limit: Infinity,
}

/** The options with their defaults. */
export type ResolvedRunOptions = RunBatchOptions &
  Required<Pick<RunBatchOptions, keyof typeof RUN_BATCH_DEFAULTS | 'estimateCost' | 'clock'>>

const OTHERS = [
  'items',
  'make',
  'folder',
  'signal',
  'estimateCost',
  'deadline',
  'cache',
  'watch',
  'onEvent',
  'note',
  'clock',
]

/** @throws InvalidOptionsError when an option is unknown or out of its range */
export function resolveRunOptions(options: RunBatchOptions): ResolvedRunOptions {
  checkKnown('runBatch', options, [...Object.keys(RUN_BATCH_DEFAULTS), ...OTHERS])
  const given = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as RunBatchOptions
  const resolved: ResolvedRunOptions = { ...RUN_BATCH_DEFAULTS, estimateCost: () => 0, clock: systemClock, ...given }
  const { make, folder, maxCost, deadline } = resolved
  checkFunction('runBatch.make', make)
  if (typeof folder !== 'string' || folder === '') throw new InvalidOptionsError('runBatch.folder', folder, 'a path')
  checkDuration('runBatch.graceMs', resolved.graceMs, { infinite: true })
  for (const name of ['maxConcurrency', 'maxErrors', 'limit'] as const)
    checkNumber(`runBatch.${name}`, resolved[name], { min: 1, integer: true, infinite: name !== 'maxConcurrency' })
  checkNumber('runBatch.maxCost', maxCost, { min: 0, infinite: true })
  if (maxCost !== Infinity && options.estimateCost === undefined)
    throw new InvalidOptionsError('runBatch.estimateCost', undefined, 'a function, where there is a maxCost')
  for (const name of ['estimateCost', 'watch', 'onEvent'] as const)
    checkFunction(`runBatch.${name}`, resolved[name], true)
  if (deadline !== undefined) checkNumber('runBatch.deadline', deadline, { min: 0 })
  checkOneOf('runBatch.onUnknown', resolved.onUnknown, ['skip', 'again'])
  return resolved
}
