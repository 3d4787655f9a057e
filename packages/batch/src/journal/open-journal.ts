import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '@spillway/core'
import type { Journal } from './journal.ts'
import { checkSchema, createTables, damaged, isEmpty } from './schema.ts'
import { sqliteJournal } from './sqlite-journal.ts'
import { sqlite } from './sqlite.ts'

/**
 * The journal of the run in `folder`, in SQLite. The caller has the lock of the folder.
 *
 * Once its input is loaded it is written ahead (`WAL`), so that readers never wait for the run nor the run for readers;
 * before that nobody can read anything, and a load that is written ahead is written twice. Every commit is on the disk
 * before it counts (`synchronous = FULL`): a commit that a power cut takes back would be a picture paid for twice.
 *
 * @throws BatchError where the file is damaged, somebody else's, or of another version
 */
export function openJournal(folder: string, clock: Clock): Journal {
  mkdirSync(join(folder, '.spillway'), { recursive: true })
  const path = join(folder, '.spillway', 'journal.db')
  const db = new (sqlite().DatabaseSync)(path)
  try {
    db.exec('PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL')
    const isNew = isEmpty(db)
    if (!isNew) checkSchema(db, path)
    if (isNew) createTables(db, clock.wallTime())
    const [found] = Object.values(db.prepare('PRAGMA quick_check(1)').get() ?? {})
    if (found !== 'ok') throw Object.assign(new Error(String(found)), { errcode: SQLITE_CORRUPT })
    return sqliteJournal(db)
  } catch (error) {
    db.close()
    throw damaged(path, error)
  }
}

const SQLITE_CORRUPT = 11
