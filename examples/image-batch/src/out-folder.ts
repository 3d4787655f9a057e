import { mkdir, readFile, readdir, stat, unlink } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { type CheckImage, formatOf } from './check-image.ts'
import { InputError } from './exit-codes.ts'
import { imageName } from './image-name.ts'
import type { Prompt } from './read-prompts.ts'
import { writeWhole } from './write-image.ts'

/**
 * Makes the folder and proves that it can be written.
 *
 * @throws InputError
 */
export async function prepareFolder(folder: string): Promise<void> {
  try {
    await makeFolder(resolve(folder))
    await unlink(await writeWhole(folder, '.spillway-can-write', ''))
  } catch (cause) {
    const { code = 'unknown error' } = cause as NodeJS.ErrnoException
    const reason = REASONS[code] ?? code
    throw new InputError(`Cannot write images to ${folder}: ${reason}. Choose another folder with --out.`, { cause })
  }
}

/** Level by level: Node's own recursive way never ends where the system denies that a parent exists (`/proc/x`). */
async function makeFolder(folder: string, mayAskParent = true): Promise<void> {
  try {
    await mkdir(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && (await stat(folder)).isDirectory()) return
    if (code !== 'ENOENT' || !mayAskParent || dirname(folder) === folder) throw error
    await makeFolder(dirname(folder))
    await makeFolder(folder, false)
  }
}

const REASONS: Record<string, string> = {
  EACCES: 'it is not yours to write',
  EPERM: 'it is not yours to write',
  EROFS: 'the file system is read-only',
  EEXIST: 'there is a file of that name',
  ENOENT: 'the system does not allow it',
  ENOTDIR: 'a part of the path is a file',
  ENOSPC: 'the disk is full',
}

/** The prompts whose images are in the folder, whole. */
export async function findMade(
  folder: string,
  prompts: readonly Prompt[],
  check: CheckImage,
): Promise<ReadonlySet<Prompt>> {
  const names = new Set(await readdir(folder))
  const made = new Set<Prompt>()
  for (const prompt of prompts) {
    for (const format of ['png', 'jpg', 'webp'] as const) {
      const name = imageName(prompt, prompts.length, format)
      if (!names.has(name)) continue
      const bytes = await readFile(join(folder, name))
      if (formatOf(bytes) === format && check(bytes, prompt.prompt) === undefined) made.add(prompt)
    }
  }
  return made
}
