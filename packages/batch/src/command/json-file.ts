import { readFile, rename, writeFile } from 'node:fs/promises'
import { whyUnreadable } from '../input/why-unreadable.ts'
import { UsageError } from './usage-error.ts'

/**
 * Reads a file of JSON that the user names, and makes of it what is asked for.
 *
 * @throws UsageError that names the file and what is wrong with it
 */
export async function readJsonFile<T>(path: string, read: (json: unknown) => T): Promise<T> {
  try {
    return read(JSON.parse(await readFile(path, 'utf8')))
  } catch (cause) {
    throw new UsageError(`${path}: ${whyUnreadable(cause)}`, { cause })
  }
}

/** Writes it whole: whoever reads meanwhile sees the old one or the new one. */
export async function writeJsonFile(path: string, content: unknown): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`
  await writeFile(temporary, `${JSON.stringify(content)}\n`)
  await rename(temporary, path)
}
