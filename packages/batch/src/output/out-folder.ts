import { createHash } from 'node:crypto'
import { access, copyFile, constants, mkdir, open, readFile, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { FileRecord } from '../journal/records.ts'
import { folderError } from './folder-error.ts'

/** Of a file that is not whole yet. Nobody but the run that has the folder makes or removes such files. */
const PARTIAL = '.spillway-partial'
export const partialName = (name: string): string => `.${name}${PARTIAL}`

/**
 * Makes the folder and proves that it can be written.
 *
 * @returns the folders that were not there, the outer ones first
 * @throws BatchError
 */
export async function prepareFolder(folder: string): Promise<readonly string[]> {
  const made: string[] = []
  try {
    await makeFolder(resolve(folder), made)
    await makeFolder(resolve(folder, '.spillway'), made)
    const probe = join(folder, partialName('can-write'))
    await writeSynced(probe, new Uint8Array(1))
    await rm(probe)
    return made
  } catch (cause) {
    await discardFolders(made)
    throw folderError(folder, cause)
  }
}

/** Level by level: Node's own recursive way never ends where the system denies that a parent exists (`/proc/x`). */
async function makeFolder(folder: string, made: string[], mayAskParent = true): Promise<void> {
  try {
    await mkdir(folder)
    made.push(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && (await stat(folder)).isDirectory()) return
    if (code !== 'ENOENT' || !mayAskParent || dirname(folder) === folder) throw error
    await makeFolder(dirname(folder), made)
    await makeFolder(folder, made, false)
  }
}

/** Takes back what {@link prepareFolder} has made: the journal's folder as it is, the others where nothing is in them. */
export async function discardFolders(made: readonly string[]): Promise<void> {
  for (const folder of made.toReversed())
    await (basename(folder) === '.spillway' ? rm(folder, { recursive: true }) : rmdir(folder)).catch(() => {})
}

/** Writes a file to the disk under its temporary name; {@link place} puts it in place. */
export async function stage(folder: string, name: string, content: Uint8Array): Promise<FileRecord> {
  await writeSynced(join(folder, partialName(name)), content)
  return { name, bytes: content.length, sha256: sha256Of(content) }
}

/**
 * The same for a copy of a file that is in place. What the file system can share, the two share until one is changed.
 *
 * @returns `undefined` where the file is not what it was any more
 */
export async function stageCopy(folder: string, from: FileRecord, name: string): Promise<FileRecord | undefined> {
  if (!(await isThere(join(folder, from.name), from))) return undefined
  const partial = join(folder, partialName(name))
  await copyFile(join(folder, from.name), partial, constants.COPYFILE_FICLONE)
  await syncFile(partial)
  return { ...from, name }
}

/** Puts staged files in place, as far as they are not: each appears whole under its name, and stays after a power cut. */
export async function place(folder: string, files: readonly FileRecord[]): Promise<void> {
  for (const file of files) {
    await rename(join(folder, partialName(file.name)), join(folder, file.name)).catch(async (error: unknown) => {
      if (!(await isThere(join(folder, file.name), file))) throw error
    })
  }
  await syncFolder(folder)
}

/** Puts in place what was staged before a crash, as far as it was not; `false` where a file is missing or another one. */
export async function placeAgain(folder: string, files: readonly FileRecord[]): Promise<boolean> {
  for (const file of files) {
    if (await isThere(join(folder, partialName(file.name)), file)) await place(folder, [file])
    else if (!(await isThere(join(folder, file.name), file))) return false
  }
  return true
}

/** How many of these files are not there. Looks at the names alone: a folder of many is read once. */
export async function missingFrom(folder: string, names: Iterable<string>): Promise<number> {
  // Some file systems take letters apart.
  const there = new Set((await readdir(folder)).map((name) => name.normalize('NFC')))
  let missing = 0
  for (const name of names) if (!there.has(name.normalize('NFC'))) missing++
  return missing
}

/** Removes what was begun and not finished. */
export async function removePartials(folder: string): Promise<void> {
  const names = await readdir(folder)
  await Promise.all(
    names.filter((name) => name.endsWith(PARTIAL)).map((name) => rm(join(folder, name), { force: true })),
  )
}

async function isThere(path: string, { bytes, sha256 }: FileRecord): Promise<boolean> {
  try {
    await access(path)
    if ((await stat(path)).size !== bytes) return false
    return sha256Of(await readFile(path)) === sha256
  } catch {
    return false
  }
}

/** Hexadecimal. */
export const sha256Of = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex')

/** Every byte is on the disk when this resolves; where it cannot be, nothing stays. */
export async function writeSynced(path: string, content: Uint8Array | Iterable<string | Uint8Array>): Promise<void> {
  try {
    const file = await open(path, 'w')
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/** A new name is on the disk when its folder is. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined)
  try {
    await handle?.sync()
  } catch {
    // Windows syncs names by itself and refuses this.
  } finally {
    await handle?.close()
  }
}
