import { createHash } from 'node:crypto'
import { BatchError } from '../batch-error.ts'
import type { BatchItem } from '../input/item.ts'
import type { Journal, NewItem } from '../journal/journal.ts'
import { FileNames } from '../output/file-name.ts'
import { KnownItems } from './known-items.ts'

type Items = Iterable<BatchItem> | AsyncIterable<BatchItem>

/**
 * Takes the input into the journal: all of it or, where something is wrong with it, nothing. A run that goes on must have
 * the input that it began with, or be told that another one is meant.
 *
 * @throws BatchError where the input is another one and `acceptChanges` is off, with what differs
 */
export function loadInput(journal: Journal, items: Items, acceptChanges: boolean): Promise<void> {
  const isNew = journal.inputHash() === undefined
  return journal.atomically(async () => {
    const before = new KnownItems(journal.known())
    // Known names are of no interest to a run that goes on with what it has.
    let names: FileNames | undefined
    const named = (item: BatchItem): NewItem => {
      names ??= new FileNames(namesOf(journal))
      return { ...item, name: names.nameOf(item) }
    }
    const changes = new Changes()
    const hash = createHash('sha256')
    try {
      for await (const item of items) {
        hash.update(`${item.id}\n${item.fingerprint}\n`)
        const known = before.take(item)
        if (known === undefined) {
          if (!isNew) changes.added.push(item.id)
          journal.add(named(item))
        } else if (known.fingerprint !== item.fingerprint) {
          changes.changed.push(item.id)
          journal.replace(known.seq, named(item))
        }
      }
      for (const { id, seq, state } of before.left()) {
        changes.removed.push(id)
        // What was paid for stays a part of the run.
        if (state === 'waiting') journal.remove(seq)
      }
    } finally {
      before.close()
    }
    if (!acceptChanges) changes.throw()
    journal.findSame()
    journal.setInput(hash.digest('hex'))
  })
}

function* namesOf(journal: Journal): Generator<string> {
  for (const { name } of journal.known()) yield name
}

const MAX_IDS_SHOWN = 5

/** How an input differs from the one that the run began with. */
class Changes {
  readonly added: string[] = []
  readonly changed: string[] = []
  readonly removed: string[] = []

  throw(): void {
    const problems = (['added', 'changed', 'removed'] as const).flatMap((kind) => {
      const ids = this[kind]
      const rest = ids.length - MAX_IDS_SHOWN
      const more = rest > 0 ? ` and ${rest} more` : ''
      return ids.length === 0 ? [] : [`${ids.length} ${kind}: ${ids.slice(0, MAX_IDS_SHOWN).join(', ')}${more}`]
    })
    if (problems.length === 0) return
    // The text may be the same: what is asked for is more than that.
    const why = this.changed.length > 0 ? ['The model and the settings belong to a line: --model, --simulate.'] : []
    const message = [
      'The input is not the one that this run began with:',
      ...problems.map((problem) => `  ${problem}`),
      ...why,
      'Accept the changes (--accept-changes), or choose another folder.',
    ].join('\n')
    throw new BatchError('ERR_SPILLWAY_BATCH_INPUT_CHANGED', message, { problems })
  }
}
