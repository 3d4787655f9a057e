import { lockFolder } from '../journal/lock.ts'
import { openJournal } from '../journal/open-journal.ts'
import { readRun } from '../journal/read-run.ts'
import { systemClock } from '@spillway/core'
import { reconcileResults } from './results-files.ts'

/**
 * Makes `results.jsonl` and `errors.jsonl` of a run anew from its journal, whatever has become of them. Nothing is asked for.
 * A run does the same when it begins.
 *
 * ```ts no-run
 * import { rebuildResults } from '@spillway/batch'
 *
 * await rebuildResults('images')
 * ```
 *
 * @param folder the out folder of the run
 * @throws BatchError where there is no run, its journal is damaged or of another version, or a process works in the folder
 */
export async function rebuildResults(folder: string): Promise<void> {
  readRun(folder)
  const unlock = lockFolder(folder)
  try {
    const journal = openJournal(folder, systemClock)
    try {
      await reconcileResults(folder, journal)
    } finally {
      journal.close()
    }
  } finally {
    unlock()
  }
}
