import type { ItemError, ItemRecord } from '../journal/records.ts'
import type { RunState } from './run-state.ts'

/** Writes down that an item has ended without a picture. */
export function failItem(run: RunState, { id, seq }: ItemRecord, state: 'failed' | 'unknown', error: ItemError): void {
  const { journal, options, results, stopping } = run
  run.write(() => journal.failed(seq, state, error, options.clock.wallTime()))
  results.append(journal.item(seq))
  run.tell({ type: `item.${state}`, id, error })
  if (++run.errors.count >= options.maxErrors) stopping.stop('errors')
}
