import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { TestContext } from 'vitest'

const FETCHED = join(import.meta.dirname, '../../node_modules/.cache/programs/usr/bin')

/**
 * Where a program is: fetched by `node scripts/programs.ts`, or installed. Skips the test with the reason where it is nowhere,
 * and fails it where `SPILLWAY_PROGRAMS` is `required`, as in CI, which fetches it first.
 *
 * @param instead an installed program that does as well
 */
export const program = (name: string, context: Pick<TestContext, 'skip'>, instead: string = name): string => {
  const folders = [FETCHED, ...(process.env['PATH'] ?? '').split(delimiter)]
  for (const path of [name, instead].flatMap((file) => folders.map((folder) => join(folder, file)))) {
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // Not there.
    }
  }
  const reason = `${name} is not here: node scripts/programs.ts fetches it, or install it`
  if (process.env['SPILLWAY_PROGRAMS'] !== 'required') return context.skip(reason)
  throw new Error(reason)
}
