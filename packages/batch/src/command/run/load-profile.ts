import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  learnedLoadProfile,
  type LearnedLoadProfile,
  loadProfile,
  type LoadBand,
  type LoadProfileSnapshot,
} from '@spillway/core'
import { readJsonFile } from '../json-file.ts'

/** What the command line says about when it is busy. */
export interface ProfileOptions {
  readonly bands?: string
  readonly profile?: string
}

/** Where a run keeps what it has learned of the day, unless `--profile` says another file. */
export const profileFileOf = (folder: string, { profile }: ProfileOptions): string =>
  profile ?? join(folder, '.spillway', 'load-profile.json')

/**
 * How busy the provider is by the hour: what earlier runs have seen, over the bands of `--bands` or the usual ones. The run teaches
 * it further.
 *
 * @throws UsageError when a file is no such thing
 */
export async function profileOf(folder: string, options: ProfileOptions): Promise<LearnedLoadProfile> {
  const file = profileFileOf(folder, options)
  const prior =
    options.bands === undefined
      ? undefined
      : await readJsonFile(options.bands, (json) => loadProfile(json as readonly LoadBand[]))
  const known = { ...(prior !== undefined && { prior }) }
  if (!existsSync(file)) return learnedLoadProfile(known)
  return readJsonFile(file, (json) => learnedLoadProfile({ ...known, restore: json as LoadProfileSnapshot }))
}
