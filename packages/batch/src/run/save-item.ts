import type { ItemRecord, MadeRecord } from '../journal/records.ts'
import type { Made } from '../make/make.ts'
import { fileName } from '../output/file-name.ts'
import { formatOf } from '../output/image-format.ts'
import { place, stage, stageCopy } from '../output/out-folder.ts'
import { failItem } from './fail-item.ts'
import type { RunState } from './run-state.ts'
import { untilWritten } from './until-written.ts'

/**
 * Puts an item's pictures into the folder. They are on the disk under temporary names before the journal knows of them, and
 * the journal knows of them before they are put in place: whenever the process dies, either nothing is known of them, or
 * everything that is needed to go on.
 */
export async function saveItem(
  run: RunState,
  item: ItemRecord,
  made: Made,
  source: 'request' | 'cache',
): Promise<void> {
  const { images, endpoint, model, usage } = made
  const files = await untilWritten(run, () =>
    Promise.all(
      images.map(({ bytes }, index) =>
        stage(run.options.folder, fileName(item.name, index, images.length, formatOf(bytes) ?? 'bin'), bytes),
      ),
    ),
  )
  run.atStep('staged')
  await finish(run, item, { source, files, endpoint, model, ...(usage && { usage }) })
  const failed = source === 'request' ? await run.cache?.set(item, made) : undefined
  if (failed !== undefined)
    run.tell({ type: 'cache.failed', code: (failed as { readonly code?: string }).code ?? 'error' })
}

/** Puts in place what is staged, and writes down that the item is done. */
async function finish(run: RunState, item: ItemRecord, made: MadeRecord): Promise<void> {
  const { journal, options, results } = run
  const now = (): number => options.clock.wallTime()
  run.write(() => journal.saving(item.seq, made, now()))
  run.atStep('saving')
  await untilWritten(run, () => place(options.folder, made.files))
  run.atStep('placed')
  run.write(() => journal.done(item.seq, now()))
  run.atStep('done')
  results.append(journal.item(item.seq))
  run.tell({ type: 'item.done', id: item.id, files: made.files, source: made.source, endpoint: made.endpoint })
}

/** Gives those that ask for the same what became of `leader`. */
export async function settleSame(run: RunState, leader: ItemRecord): Promise<void> {
  const { journal } = run
  let after = 0
  for (;;) {
    const [item] = journal.items({ sameAs: leader.seq, states: ['waiting'], after, limit: 1 })
    if (item === undefined || run.stopping.graceOver) return
    after = item.seq
    if (leader.made !== undefined) await copyItem(run, item, leader.made)
    else if (leader.error !== undefined && leader.state !== 'done')
      failItem(run, item, leader.state as 'failed', leader.error)
  }
}

async function copyItem(run: RunState, item: ItemRecord, { files, endpoint, model }: MadeRecord): Promise<void> {
  const { folder } = run.options
  const nameOf = (index: number): string =>
    fileName(item.name, index, files.length, files[index]?.name.split('.').at(-1) ?? 'bin')
  const copies = await untilWritten(run, () =>
    Promise.all(files.map((file, index) => stageCopy(folder, file, nameOf(index)))),
  )
  if (copies.includes(undefined)) {
    // Somebody has changed or removed it since: this one is made for itself.
    run.write(() => run.journal.makeAlone(item.seq))
    return
  }
  await finish(run, item, { source: 'same', files: copies.filter((copy) => copy !== undefined), endpoint, model })
}
