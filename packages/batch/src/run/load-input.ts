import { createHash } from 'node:crypto'
import type { BatchItem } from '../input/item.ts'
import type { Journal, NewItem } from '../journal/journal.ts'
import { FileNames } from '../output/file-name.ts'
import { InputChanges } from './input-changes.ts'
import { KnownItems } from './known-items.ts'

type Items = Iterable<BatchItem> | AsyncIterable<BatchItem>

/**
 * Takes the input into the journal: all of it or, where something is wrong with it, nothing. A run that goes on must have
 * the input that it began with, or be told that another one is meant.
 *
 * @returns how many items that are done the input does not have any more
 * @throws BatchError where the input is another one and `acceptChanges` is off, with what differs
 */
export async function loadInput(journal: Journal, items: Items, acceptChanges: boolean): Promise<number> {
  const isNew = journal.inputHash() === undefined
  let removed = 0
  await journal.atomically(async () => {
    const before = new KnownItems(journal)
    // Known names are of no interest to a run that goes on with what it has.
    let names: FileNames | undefined
    const named = (item: BatchItem): NewItem => {
      names ??= new FileNames(namesOf(journal))
      return { ...item, name: names.nameOf(item) }
    }
    const changes = new InputChanges()
    const hash = createHash('sha256')
    try {
      for await (const item of items) {
        const { id, fingerprint } = item
        hash.update(`${id}\n${fingerprint}\n`)
        const known = before.take(item)
        if (known === undefined) {
          if (!isNew) changes.added(id)
          journal.add(named(item))
        } else if (known.line < 0) changes.added(id)
        else if (known.id !== id) changes.moved(known.id, id)
      }
      for (const { id, seq, state } of before.left()) {
        changes.removed(id, () => journal.itemOf(id).prompt === journal.item(seq).prompt)
        if (state === 'done') removed++
      }
    } finally {
      before.close()
    }
    if (!acceptChanges) changes.refuse()
    journal.findSame()
    journal.setInput(hash.digest('hex'))
  })
  return removed
}

function* namesOf(journal: Journal): Generator<string> {
  for (const { name } of journal.known()) yield name
}
