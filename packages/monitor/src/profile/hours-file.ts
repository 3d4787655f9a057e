import { InvalidOptionsError } from '@spillway/core'
import { isObject } from '../feeds/json.ts'
import { readIfThere, writeWhole } from '../files/whole-file.ts'
import { readPairHours, type PairHours } from '../health/pair-hours.ts'

/** Where a monitor keeps what each hour of the day has shown of each model at each endpoint. */
export interface HoursFile {
  /** What became of the file at the start: its content was taken over, there was none, or it was damaged and learning begins anew. */
  readonly found: 'restored' | 'nothing' | 'damaged'
  /** What was in it. */
  readonly known: readonly PairHours[]
  /** Writes what is known by now: beside the file first, so that a crash leaves the old one or the new one. */
  save(known: readonly PairHours[]): void
}

/** Of the form, and of the buckets in which durations are counted. */
const VERSION = 1

/**
 * Keeps what a monitor learns of the hours of the day in a file, so that a service which is started anew knows its calm hours and
 * what is slow for them. Give it to a monitor, which saves it every ten minutes and at its end. Each process wants a file of its own.
 *
 * ```ts
 * import { rmSync } from 'node:fs'
 * import { hoursFile, monitor } from '@spillway/monitor'
 *
 * const watch = monitor({ hours: hoursFile('hours-of-the-example.json') })
 * watch.dispose()
 * console.log(hoursFile('hours-of-the-example.json').found) // => restored
 * rmSync('hours-of-the-example.json')
 * ```
 *
 * @param path of the file; its folder must be there
 * @throws InvalidOptionsError when it is no path
 * @throws Error of the file system, when the file is there and cannot be read
 */
export const hoursFile = (path: string): HoursFile => {
  if (typeof path !== 'string' || path === '') throw new InvalidOptionsError('hoursFile.path', path, 'a path')
  const text = readIfThere(path)
  const known = text === undefined ? undefined : pairsIn(text)
  return {
    found: text === undefined ? 'nothing' : known === undefined ? 'damaged' : 'restored',
    known: known ?? [],
    save: (pairs) => writeWhole(path, `${JSON.stringify({ version: VERSION, pairs })}\n`),
  }
}

const pairsIn = (text: string): readonly PairHours[] | undefined => {
  try {
    const content: unknown = JSON.parse(text)
    return isObject(content) && content['version'] === VERSION ? readPairHours(content['pairs']) : undefined
  } catch {
    return undefined
  }
}
