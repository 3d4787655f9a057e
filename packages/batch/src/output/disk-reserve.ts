import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { BatchError } from '../batch-error.ts'
import { writeSynced } from './out-folder.ts'

/** Room on the disk that is given back when it is full, so that what is under way can still be written down. */
export interface DiskReserve {
  /** Gives the room back. */
  release(): void
}

/**
 * @param bytes how much
 * @throws BatchError where the disk has not that much left
 */
export async function reserveDisk(folder: string, bytes: number): Promise<DiskReserve> {
  const path = join(folder, '.spillway', 'reserve')
  try {
    await writeSynced(path, chance(bytes))
  } catch (cause) {
    if (!isDiskFull(cause)) throw cause
    throw new BatchError(
      'ERR_SPILLWAY_BATCH_FOLDER',
      `The disk of ${folder} is full: less than ${Math.ceil(bytes / 2 ** 20)} MiB are left. Make room, or choose another folder.`,
      { cause },
    )
  }
  return { release: () => rmSync(path, { force: true }) }
}

/** So many bytes that no file system saves the room by compressing them. */
function* chance(bytes: number): Generator<Uint8Array> {
  const part = randomBytes(Math.min(bytes, 2 ** 20))
  for (let left = bytes; left > 0; left -= part.length) yield part.subarray(0, left)
}

const SQLITE_FULL = 13

/** Whether something could not be written for want of room: by us, or by the journal. */
export const isDiskFull = (error: unknown): boolean => {
  const { code, errcode } = error as { readonly code?: string; readonly errcode?: number }
  // A limit on the size of files (EFBIG) is a disk that is full at that size.
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG' || errcode === SQLITE_FULL
}
