import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { BatchItem } from '../../input/item.ts'
import { readRun } from '../../journal/read-run.ts'
import { count, counted } from '../../words/amounts.ts'
import { printable } from '../printable.ts'

/** How much of an input is still to be made. */
export interface Tally<T> {
  /** What is to be known of each that is to be made: one of those that ask for the same, as far as `limit` goes. */
  readonly toMake: readonly T[]
  /** For people. */
  readonly words: string
}

/** Reads an input and what the folder has of it, for who wants to know and make nothing. */
export async function tallyOf<T>(
  all: AsyncIterable<BatchItem>,
  known: (item: BatchItem) => T,
  folder: string,
  limit: number = Infinity,
): Promise<Tally<T>> {
  const done = fingerprintsDone(folder)
  const left = new Map<string, T>()
  let [items, doneBefore] = [0, 0]
  for await (const item of all) {
    items += 1
    if (done.has(item.fingerprint)) doneBefore += 1
    else left.set(item.fingerprint, known(item))
  }
  const toMake = [...left.values()].slice(0, limit)
  const same = items - doneBefore - left.size
  return {
    toMake,
    words: `${counted(items, 'item')} in ${printable(folder)}: ${count(doneBefore)} done before, ${count(same)} the same as another one, ${count(toMake.length)} to make.`,
  }
}

const fingerprintsDone = (folder: string): ReadonlySet<string> => {
  if (!existsSync(join(folder, '.spillway', 'journal.db'))) return new Set()
  return new Set(readRun(folder).items.flatMap(({ fingerprint, state }) => (state === 'done' ? [fingerprint] : [])))
}
