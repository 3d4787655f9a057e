import { existsSync } from 'node:fs'
import { access, constants } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  learnedLoadProfile,
  type LearnedLoadProfile,
  loadProfile,
  type LoadBand,
  type LoadProfileSnapshot,
} from '@spillway/core'
import { readJsonFile } from '../json-file.ts'
import { UsageError } from '../usage-error.ts'

/** What the command line says about when it is busy. */
export interface ProfileOptions {
  readonly bands?: string
  readonly profile?: string
}

/** Where a run keeps what it has learned of the day, unless `--profile` says another file. */
export const profileFileOf = (folder: string, { profile }: ProfileOptions): string =>
  profile ?? join(folder, '.spillway', 'load-profile.json')

/** Found out before the run, and not when it has ended and has something to keep. */
async function checkFolderOf(file: string): Promise<void> {
  try {
    await access(dirname(file), constants.W_OK)
  } catch (cause) {
    throw new UsageError(`--profile ${file}: its folder is not there, or not yours to write.`, { cause })
  }
}

/**
 * How busy the provider is by the hour: what earlier runs have seen, over the bands of `--bands` or the usual ones. The run teaches
 * it further.
 *
 * @throws UsageError when a file is no such thing
 */
export async function profileOf(folder: string, options: ProfileOptions): Promise<LearnedLoadProfile> {
  const file = profileFileOf(folder, options)
  if (options.profile !== undefined) await checkFolderOf(options.profile)
  const prior =
    options.bands === undefined
      ? undefined
      : await readJsonFile(options.bands, (json) => loadProfile(json as readonly LoadBand[]))
  const known = { ...(prior !== undefined && { prior }) }
  if (!existsSync(file)) return learnedLoadProfile(known)
  return readJsonFile(file, (json) => learnedLoadProfile({ ...known, restore: json as LoadProfileSnapshot }))
}
