import { checkText } from '@spillway/core'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { BatchError } from '../batch-error.ts'
import { holderOf } from './lock.ts'
import { isBeingLoaded, openToRead } from './open-to-read.ts'
import type { EndpointStateRecord, RunRecord, WaitRecord } from './records.ts'
import {
  ATTEMPT_COLUMNS,
  IN_INPUT,
  ITEM_COLUMNS,
  attemptOf,
  costOf,
  countsOf,
  itemOf,
  launchOf,
  present,
} from './rows.ts'
import { checkSchema, damaged, isEmpty } from './schema.ts'

/**
 * Reads all that is known of a run, as of one moment: while its process works, after it was killed, and long after. Changes
 * nothing.
 *
 * ```ts
 * import { BatchError, readRun } from '@spillway/batch'
 *
 * try {
 *   const { counts, cost } = readRun('images')
 *   console.log(`${counts.done} done, ${counts.failed} failed, ${cost} spent`)
 * } catch (error) {
 *   console.log(error instanceof BatchError && error.code) // => ERR_SPILLWAY_BATCH_NO_RUN
 * }
 * ```
 *
 * @param folder the out folder of the run
 * @throws BatchError where there is no run, or its journal is damaged or of another version
 */
export function readRun(folder: string): RunRecord {
  checkText('readRun.folder', folder)
  const path = join(folder, '.spillway', 'journal.db')
  if (!existsSync(path))
    throw new BatchError('ERR_SPILLWAY_BATCH_NO_RUN', `There is no run in ${folder}: ${path} does not exist.`)
  let db: DatabaseSync | undefined
  try {
    db = openToRead(path)
    if (isEmpty(db)) throw notBegun(folder)
    checkSchema(db, path)
    return { folder, ...readAll(db, folder) }
  } catch (error) {
    throw isBeingLoaded(error) ? notBegun(folder) : damaged(path, error)
  } finally {
    db?.close()
  }
}

function readAll(db: DatabaseSync, folder: string): Omit<RunRecord, 'folder'> {
  const run = db.prepare('SELECT key, input_hash AS inputHash, created_at AS createdAt FROM run').get()
  if (run === undefined || run['inputHash'] === null) throw notBegun(folder)
  const rows = (sql: string): object[] => db.prepare(`SELECT ${sql} ORDER BY rowid`).all().map(present)
  const runningPid = holderOf(folder)
  return {
    ...(present(run) as Pick<RunRecord, 'key' | 'inputHash' | 'createdAt'>),
    ...(runningPid !== undefined && { runningPid }),
    counts: countsOf(db),
    cost: costOf(db),
    launches: db.prepare('SELECT * FROM launch ORDER BY number').all().map(launchOf),
    items: db.prepare(`SELECT ${ITEM_COLUMNS} WHERE ${IN_INPUT} ORDER BY item.line, item.seq`).all().map(itemOf),
    attempts: db.prepare(`SELECT ${ATTEMPT_COLUMNS} ORDER BY attempt.rowid`).all().map(attemptOf),
    endpointStates: rows('at, endpoint, state FROM endpoint_state') as EndpointStateRecord[],
    waits: rows('reason, endpoint, started_at AS startedAt, until, ended_at AS endedAt FROM wait') as WaitRecord[],
  }
}

const notBegun = (folder: string): BatchError =>
  new BatchError('ERR_SPILLWAY_BATCH_NO_RUN', `The run in ${folder} has not read its input yet, or was refused it.`)
