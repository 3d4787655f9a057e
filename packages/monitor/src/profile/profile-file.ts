import {
  InvalidOptionsError,
  learnedLoadProfile,
  type LearnedLoadProfile,
  type LearnedLoadProfileOptions,
} from '@spillway/core'
import { readIfThere, writeWhole } from '../files/whole-file.ts'

/** A learned load profile, and the file that it is kept in. */
export interface ProfileFile {
  readonly profile: LearnedLoadProfile
  /** What became of the file at the start: its content was taken over, there was none, or it was damaged and learning began anew. */
  readonly found: 'restored' | 'nothing' | 'damaged'
  /** Writes what was learned: beside the file first, so that a crash leaves the old one or the new one. */
  save(): void
}

/**
 * Reads a learned load profile from a file, and keeps it there. Give it to a monitor, which teaches and saves it, and its `profile` to
 * `schedule`, through {@link Monitor.profile}.
 *
 * ```ts
 * import { rmSync } from 'node:fs'
 * import { profileFile } from '@spillway/monitor'
 *
 * const file = profileFile('profile-of-the-example.json')
 * file.save()
 * console.log(file.found, profileFile('profile-of-the-example.json').found) // => nothing restored
 * rmSync('profile-of-the-example.json')
 * ```
 *
 * @param path of the file; its folder must be there
 * @param options of the profile
 * @throws InvalidOptionsError when an option is out of its range
 * @throws Error of the file system, when the file is there and cannot be read
 */
export const profileFile = (path: string, options: Omit<LearnedLoadProfileOptions, 'restore'> = {}): ProfileFile => {
  if (typeof path !== 'string' || path === '') throw new InvalidOptionsError('profileFile.path', path, 'a path')
  const anew = learnedLoadProfile(options)
  const text = readIfThere(path)
  const restored = text === undefined ? undefined : restore(text, options)
  const profile = restored ?? anew
  return {
    profile,
    found: text === undefined ? 'nothing' : restored === undefined ? 'damaged' : 'restored',
    save: () => writeWhole(path, `${JSON.stringify(profile.snapshot())}\n`),
  }
}

const restore = (text: string, options: LearnedLoadProfileOptions): LearnedLoadProfile | undefined => {
  try {
    return learnedLoadProfile({ ...options, restore: JSON.parse(text) })
  } catch {
    return undefined
  }
}
