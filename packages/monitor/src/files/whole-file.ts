import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'

/** The text of a file; `undefined` where there is none. @throws Error of the file system, when it is there and cannot be read */
export const readIfThere = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Writes a file beside it first, so that a crash leaves the old one or the new one. The name is this process's own: two that keep the
 * same file lose what one of them knew, and never tear it.
 */
export const writeWhole = (path: string, text: string): void => {
  const beside = `${path}.${process.pid}.new`
  try {
    writeFileSync(beside, text)
    renameSync(beside, path)
  } catch (error) {
    rmSync(beside, { force: true })
    throw error
  }
}
