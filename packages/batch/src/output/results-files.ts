import { createHash } from 'node:crypto'
import { closeSync, createReadStream, openSync, writeSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Journal } from '../journal/journal.ts'
import type { ItemRecord } from '../journal/records.ts'
import { partialName, syncFolder, writeSynced } from './out-folder.ts'
import { errorLine, resultLine } from './result-line.ts'

/** Which items a file has, and what it says of each. */
interface LinesFile {
  readonly name: string
  readonly has: (item: ItemRecord) => boolean
  readonly line: (item: ItemRecord) => object
}

const FILES: readonly LinesFile[] = [
  { name: 'results.jsonl', has: () => true, line: resultLine },
  // What may have been made is not among what to ask for again.
  { name: 'errors.jsonl', has: ({ state }) => state === 'failed', line: errorLine },
]

/** Makes both files say what the journal says: a torn last line, a missing or an older file, whatever there is. */
export async function reconcileResults(folder: string, journal: Pick<Journal, 'ended'>): Promise<void> {
  for (const file of FILES) {
    const path = join(folder, file.name)
    const right = createHash('sha256')
    for (const line of linesOf(file, journal)) right.update(line)
    if ((await hashOf(path)) === right.digest('hex')) continue
    const partial = join(folder, partialName(file.name))
    await writeSynced(partial, linesOf(file, journal))
    await rename(partial, path)
    await syncFolder(folder)
  }
}

function* linesOf({ has, line }: LinesFile, journal: Pick<Journal, 'ended'>): Generator<string> {
  for (const item of journal.ended()) if (has(item)) yield `${JSON.stringify(line(item))}\n`
}

async function hashOf(path: string): Promise<string | undefined> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array)
    return hash.digest('hex')
  } catch {
    return undefined
  }
}

/** The files of a run at work: a whole line for each item that ends. */
export class ResultsFiles {
  readonly #open: readonly (LinesFile & { readonly handle: number })[]
  #whole = true

  constructor(folder: string) {
    this.#open = FILES.map((file) => ({ ...file, handle: openSync(join(folder, file.name), 'a') }))
  }

  /** Whether they have everything. After a line that could not be written nothing follows, until they are reconciled. */
  get whole(): boolean {
    return this.#whole
  }

  /** In the tick in which the journal has it, so that both have the same order. */
  append(item: ItemRecord): void {
    for (const { handle, has, line } of this.#open) {
      if (!this.#whole || !has(item)) continue
      const bytes = Buffer.from(`${JSON.stringify(line(item))}\n`)
      try {
        this.#whole = writeSync(handle, bytes) === bytes.length
      } catch {
        this.#whole = false
      }
    }
  }

  close(): void {
    for (const { handle } of this.#open) closeSync(handle)
  }
}
