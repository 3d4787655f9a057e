import type { Journal } from '../journal/journal.ts'
import type { DiskReserve } from '../output/disk-reserve.ts'
import type { ImageCache } from '../output/image-cache.ts'
import type { ResultsFiles } from '../output/results-files.ts'
import type { Budget } from './budget.ts'
import type { BatchEvent } from './run-events.ts'
import type { ResolvedRunOptions } from './run-options.ts'
import type { Stopping } from './stopping.ts'

/** The moments between which a crash is survived; tests crash at each. */
export type Step = 'taken' | 'sent' | 'answered' | 'staged' | 'saving' | 'placed' | 'done'

type WithoutTime<E> = E extends BatchEvent ? Omit<E, 'at'> : never

/** Everything that the parts of a run share. */
export interface RunState {
  readonly options: ResolvedRunOptions
  readonly journal: Journal
  readonly results: ResultsFiles
  readonly reserve: DiskReserve
  readonly budget: Budget
  readonly stopping: Stopping
  readonly cache: ImageCache | undefined
  /** Items that have failed in this launch. */
  readonly errors: { count: number }
  readonly tell: (event: WithoutTime<BatchEvent>) => void
  /** Writes to the journal, where the disk is full with the room that was kept for it. */
  readonly write: <T>(change: () => T) => T
  readonly atStep: (step: Step) => void
}
