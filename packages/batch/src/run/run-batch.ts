import { BatchError } from '../batch-error.ts'
import type { Journal } from '../journal/journal.ts'
import { lockFolder } from '../journal/lock.ts'
import { openJournal } from '../journal/open-journal.ts'
import type { Counts, StopReason } from '../journal/records.ts'
import { type DiskReserve, isDiskFull, reserveDisk } from '../output/disk-reserve.ts'
import { orFolderError } from '../output/folder-error.ts'
import { folderImageCache, prepareImageCache, storeImageCache } from '../output/image-cache.ts'
import { discardFolders, missingFrom, prepareFolder } from '../output/out-folder.ts'
import { ResultsFiles, reconcileResults } from '../output/results-files.ts'
import { Budget } from './budget.ts'
import { loadInput } from './load-input.ts'
import { recover } from './recover.ts'
import { type ResolvedRunOptions, type RunBatchOptions, resolveRunOptions } from './run-options.ts'
import type { RunState, Step } from './run-state.ts'
import { Stopping } from './stopping.ts'
import { work } from './work.ts'

/** How a launch of a run has ended. */
export interface BatchSummary {
  /** `finished`: nothing is left to do. Else what stopped it; the same call goes on from there. */
  readonly stopped: StopReason
  /** Of the whole run. */
  readonly counts: Counts
  /** Of the whole run, in the currency of the estimates. */
  readonly cost: number
  /** Pictures of earlier launches that were on the disk, and were not written down as done. */
  readonly adopted: number
}

/** What tests look into, and what they make small. */
interface Internals {
  readonly atStep?: (step: Step) => void
  readonly reserveBytes?: number
}

/** About a picture for each item at work; what does not find room waits in memory. */
const reserveFor = (maxConcurrency: number): number => Math.min(Math.max(maxConcurrency, 16), 256) * 2 ** 20

/**
 * Makes every item of an input, each into files of a folder, and goes on where it was when it is called again: after a
 * crash, a stop, a full disk. What is done is never made again; what was sent and has no known end is made again only with
 * `onUnknown: 'again'`.
 *
 * The folder has the pictures, `results.jsonl` (a line for each item that has ended), `errors.jsonl` (lines that can be given
 * as input again) and the journal, from which the other two can be made anew.
 *
 * ```ts
 * import { type Make, readItems, runBatch } from '@spillway/batch'
 * import { renderImage } from '@spillway/simulator'
 * import { mkdtemp, readdir } from 'node:fs/promises'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { Readable } from 'node:stream'
 *
 * // Anything that gives pictures; it says before a request leaves, and when it has ended.
 * const make: Make = async ({ prompt }, { attempts }) => {
 *   await attempts.sending({ endpoint: 'studio', model: 'painter' })
 *   const bytes = renderImage({ prompt, model: 'painter', width: 16, height: 16 })
 *   attempts.ended({ endpoint: 'studio', verdict: 'success', billed: 'yes', tookMs: 1 })
 *   return { images: [{ bytes }], endpoint: 'studio', model: 'painter' }
 * }
 * const folder = await mkdtemp(join(tmpdir(), 'images-'))
 * const items = readItems(Readable.from([Buffer.from('a red fox\nan owl\na red fox\n')]))
 * const { stopped, counts } = await runBatch({ items, make, folder })
 * console.log(stopped, counts.done) // => finished 3
 * console.log((await readdir(folder)).filter((name) => name.endsWith('.png')).length) // => 3
 * ```
 *
 * @returns resolves when everything is written down, whether the run is finished or was stopped
 * @throws BatchError before any call: wrong or changed input, a folder that cannot be written or that another process works
 * in, a journal that is damaged or of another version
 * @throws InvalidOptionsError when an option is unknown or out of its range
 */
export const runBatch = (options: RunBatchOptions): Promise<BatchSummary> => runBatchWith(options, {})

/** {@link runBatch} as its tests call it. */
export async function runBatchWith(given: RunBatchOptions, internals: Internals): Promise<BatchSummary> {
  const options = resolveRunOptions(given)
  const made = await prepareFolder(options.folder)
  try {
    return await inFolder(made, options, internals)
  } catch (error) {
    throw orFolderError(options.folder, error)
  }
}

/** @param made the folders that are new */
async function inFolder(
  made: readonly string[],
  options: ResolvedRunOptions,
  internals: Internals,
): Promise<BatchSummary> {
  const unlock = lockFolder(options.folder)
  let begun = false
  try {
    if (typeof options.cache === 'string') await prepareImageCache(options.cache)
    const journal = openJournal(options.folder, options.clock)
    try {
      let removed = 0
      if (options.items !== undefined) removed = await loadInput(journal, options.items, options.acceptChanges)
      else if (journal.inputHash() === undefined)
        throw new BatchError('ERR_SPILLWAY_BATCH_NO_RUN', `There is no run in ${options.folder}: give it items.`)
      begun = true
      return await launch(journal, removed, options, internals)
    } finally {
      journal.close()
    }
  } finally {
    // What was refused leaves nothing behind. The lock is still held.
    if (!begun) await discardFolders(made)
    unlock()
  }
}

async function launch(
  journal: Journal,
  removed: number,
  options: ResolvedRunOptions,
  internals: Internals,
): Promise<BatchSummary> {
  const { folder, clock } = options
  const reserve = await reserveDisk(folder, internals.reserveBytes ?? reserveFor(options.maxConcurrency))
  let results: ResultsFiles | undefined
  try {
    const adopted = await recover(journal, options)
    await reconcileResults(folder, journal)
    results = new ResultsFiles(folder)
    const run = stateOf(journal, results, reserve, options, internals)
    journal.launch({ pid: process.pid, options: plain(options), startedAt: clock.wallTime() })
    const missing = await missingFrom(folder, journal.fileNames())
    run.tell({ type: 'run.started', counts: journal.counts(), adopted, removed, missing, cost: run.budget.cost })
    const stopped = await work(run).catch((error: unknown) => {
      sayCrashed(journal, clock.wallTime())
      throw error
    })
    const [counts, cost] = [journal.counts(), journal.cost()]
    run.write(() => journal.stopped(stopped, clock.wallTime()))
    reserve.release()
    if (!results.whole) await reconcileResults(folder, journal)
    run.tell({ type: 'run.stopped', reason: stopped, counts, cost })
    return { stopped, counts, cost, adopted }
  } finally {
    reserve.release()
    results?.close()
  }
}

/** As far as the journal, which may be what the run has crashed on, takes it. */
function sayCrashed(journal: Journal, at: number): void {
  try {
    journal.stopped('crashed', at)
  } catch {
    // The next launch finds one that has not said how it ended.
  }
}

function stateOf(
  journal: Journal,
  results: ResultsFiles,
  reserve: DiskReserve,
  options: ResolvedRunOptions,
  { atStep = () => {} }: Internals,
): RunState {
  const { clock, cache, onEvent, graceMs, maxCost } = options
  const tell: RunState['tell'] = (event) => {
    try {
      onEvent?.({ ...event, at: clock.wallTime() })
    } catch {
      // Whoever listens has no part in what is made.
    }
  }
  const budget = new Budget(journal.cost(), maxCost)
  const stopping = new Stopping(clock, graceMs, (reason) => {
    tell({ type: 'run.stopping', reason })
    budget.wake()
  })
  return {
    options,
    journal,
    results,
    reserve,
    budget,
    stopping,
    cache:
      cache === undefined
        ? undefined
        : typeof cache === 'string'
          ? folderImageCache(cache)
          : storeImageCache(cache, clock),
    errors: { count: 0 },
    tell,
    write(change) {
      try {
        return change()
      } catch (error) {
        if (!isDiskFull(error)) throw error
        stopping.stop('disk')
        reserve.release()
        return change()
      }
    },
    atStep,
  }
}

/** Options as they are written down. */
function plain(options: ResolvedRunOptions): Readonly<Record<string, unknown>> {
  const { graceMs, maxConcurrency, maxErrors, maxCost, deadline, onUnknown, retryErrors, limit, note } = options
  const written = { graceMs, maxConcurrency, maxErrors, maxCost, deadline, onUnknown, retryErrors, limit, note }
  // JSON has no word for Infinity, which is the absence of a limit.
  return Object.fromEntries(Object.entries(written).filter(([, value]) => value !== undefined && value !== Infinity))
}
