import { statSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type { DatabaseSync } from 'node:sqlite'
import { sqlite } from './sqlite.ts'

const [SQLITE_BUSY, SQLITE_CANTOPEN, SQLITE_READONLY_ROLLBACK, SQLITE_READONLY_DIRECTORY] = [5, 14, 776, 1544]

/** Opens a journal that nothing is written to, in a transaction that sees one moment, however much is written meanwhile. */
export function openToRead(path: string): DatabaseSync {
  const { DatabaseSync } = sqlite()
  const begin = (db: DatabaseSync): DatabaseSync => {
    try {
      db.exec('PRAGMA busy_timeout = 5000; BEGIN')
      db.prepare('SELECT 1 FROM sqlite_schema').get()
      return db
    } catch (error) {
      db.close()
      throw error
    }
  }
  try {
    return begin(new DatabaseSync(path, { readOnly: true }))
  } catch (error) {
    // Where nothing can be written, or not by this user, a journal that was closed well is read as the file that it is.
    const isClosed = (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0
    const { errcode = 0 } = error as { readonly errcode?: number }
    if (![SQLITE_CANTOPEN, SQLITE_READONLY_DIRECTORY].includes(errcode) || !isClosed) throw error
    const url = pathToFileURL(path)
    url.search = 'immutable=1'
    return begin(new DatabaseSync(url, { readOnly: true }))
  }
}

/** A journal is not written ahead before its input is loaded: it is taken, or was left half-way by one that was killed. */
export function isBeingLoaded(error: unknown): boolean {
  const { errcode } = error as { readonly errcode?: number }
  return errcode === SQLITE_BUSY || errcode === SQLITE_READONLY_ROLLBACK
}
