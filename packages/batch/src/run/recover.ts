import type { Journal } from '../journal/journal.ts'
import type { ItemRecord } from '../journal/records.ts'
import { placeAgain, removePartials } from '../output/out-folder.ts'
import { OUTCOME_UNKNOWN } from './item-error.ts'
import type { ResolvedRunOptions } from './run-options.ts'

/**
 * Settles what an earlier launch has left behind, however it ended: pictures that are on the disk are put in place, requests
 * whose end nobody knows are told as such, and everything else waits again.
 *
 * @returns how many pictures were found
 */
export async function recover(journal: Journal, options: ResolvedRunOptions): Promise<number> {
  const { folder, onUnknown, makerRemembers, retryErrors, clock } = options
  const now = (): number => clock.wallTime()
  let adopted = 0
  // Nothing is made for what was removed: others must not wait for it.
  let isRemovedWaiting = false
  const waitAgain = ({ seq, line }: ItemRecord): void => {
    journal.waitAgain(seq)
    isRemovedWaiting ||= line < 0
  }
  journal.leaveOpen(now())
  for (const item of inParts(journal, ['saving'], true)) {
    if (await placeAgain(folder, item.made?.files ?? [])) {
      journal.done(item.seq, now())
      adopted++
    } else journal.failed(item.seq, 'unknown', LOST, now())
  }
  for (const item of inParts(journal, ['sent'], true)) {
    const refused = journal.attemptsOf(item.seq).every(({ billed }) => billed === 'no')
    // Killed between two attempts: nothing is out.
    if (refused || makerRemembers) waitAgain(item)
    else journal.failed(item.seq, 'unknown', OUTCOME_UNKNOWN, now())
  }
  if (onUnknown === 'again') for (const item of inParts(journal, ['unknown'], true)) waitAgain(item)
  if (isRemovedWaiting) journal.findSame()
  // A wrong key, model or address is not the item's fault, and nothing was made: by now it may have been put right.
  for (const { seq, error } of inParts(journal, ['failed']))
    if (retryErrors || error?.verdict === 'endpoint_failed') journal.waitAgain(seq)
  await removePartials(folder)
  return adopted
}

const LOST = {
  code: 'file_lost',
  message: 'The picture came, and its file is gone or changed: asking again pays again.',
}

/** All items in a state, a few at a time: what is done with them changes their state. */
function* inParts(journal: Journal, states: readonly ItemRecord['state'][], evenRemoved?: true): Generator<ItemRecord> {
  let after = 0
  for (;;) {
    const items = [...journal.items({ states, after, limit: 100, ...(evenRemoved && { evenRemoved }) })]
    yield* items
    if (items.length === 0) return
    after = items.at(-1)?.seq ?? after
  }
}
