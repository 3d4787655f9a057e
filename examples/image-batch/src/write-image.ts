import { unlinkSync } from 'node:fs'
import { open, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'

/** Files begun and not finished, for {@link removePartials}. */
const partials = new Set<string>()

/**
 * Writes a file whole or not at all: under another name first, renamed when every byte is on the disk.
 *
 * @returns its path
 */
export async function writeWhole(folder: string, name: string, content: Uint8Array | string): Promise<string> {
  const path = join(folder, name)
  const partial = join(folder, `.${name}.partial`)
  partials.add(partial)
  try {
    const file = await open(partial, 'w')
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(partial, path)
  } catch (error) {
    await unlink(partial).catch(() => undefined)
    throw error
  } finally {
    partials.delete(partial)
  }
  return path
}

/** Removes what was begun and not finished, when there is no time to finish it. */
export function removePartials(): void {
  for (const partial of partials) {
    try {
      unlinkSync(partial)
    } catch {
      // Already gone.
    }
  }
}
