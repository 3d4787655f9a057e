import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { BatchError } from '../batch-error.ts'
import { sqlite } from './sqlite.ts'

const files = (folder: string): { lock: string; pid: string } => ({
  lock: join(folder, '.spillway', 'lock.db'),
  pid: join(folder, '.spillway', 'pid'),
})

/**
 * Takes the folder for this process. What holds is a lock of the operating system (SQLite's, on a file without content): it
 * goes with its process, however that ends, so that there is never a stale one and two starters never both win. The pid
 * beside it is for the message alone.
 *
 * @returns gives the folder back
 * @throws BatchError where another process has it
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(join(folder, '.spillway'), { recursive: true })
  const { lock, pid } = files(folder)
  const db = new (sqlite().DatabaseSync)(lock)
  try {
    // A file that this user cannot write would be locked for reading only, by everybody at once.
    accessSync(lock, constants.W_OK)
    // Somebody who only looks whether the folder is taken has it for a moment.
    db.exec('PRAGMA busy_timeout = 300; BEGIN IMMEDIATE')
  } catch (cause) {
    db.close()
    if (!isBusy(cause)) throw cause
    const holder = readPid(folder)
    const who = holder === undefined ? 'Another process' : `The process ${holder}`
    throw new BatchError(
      'ERR_SPILLWAY_BATCH_LOCKED',
      `${who} works in ${folder}: wait until it ends, or end it, or choose another folder.`,
      { cause },
    )
  }
  writeFileSync(pid, String(process.pid))
  return () => {
    rmSync(pid, { force: true })
    db.close()
  }
}

/** The process that works in the folder, `undefined` where there is none. */
export function holderOf(folder: string): number | undefined {
  const { lock } = files(folder)
  // Opening and closing it by other means would drop the lock, where this very process has it.
  if (!existsSync(lock)) return undefined
  let db: DatabaseSync | undefined
  try {
    db = new (sqlite().DatabaseSync)(lock)
    db.exec('BEGIN IMMEDIATE; ROLLBACK')
    return undefined
  } catch (error) {
    return isBusy(error) ? readPid(folder) : undefined
  } finally {
    db?.close()
  }
}

const SQLITE_BUSY = 5
const isBusy = (error: unknown): boolean => (error as { readonly errcode?: number }).errcode === SQLITE_BUSY

function readPid(folder: string): number | undefined {
  try {
    return Number(readFileSync(files(folder).pid, 'utf8')) || undefined
  } catch {
    return undefined
  }
}
