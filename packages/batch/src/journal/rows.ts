import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { AttemptRecord, Counts, ItemRecord, LaunchRecord } from './records.ts'

/** A row as SQLite gives it. */
export type Row = Record<string, SQLOutputValue>

/** An object without the fields that are `null` or `undefined`. */
export const present = (fields: Record<string, unknown>): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined))

const json = (value: SQLOutputValue | undefined): unknown =>
  typeof value === 'string' ? (JSON.parse(value) as unknown) : undefined

/** Items that are set aside have no line. */
export const IN_INPUT = 'item.line >= 0'

export const ITEM_COLUMNS = `item.*, leader.id AS leader_id,
  (SELECT count(*) FROM attempt WHERE attempt.seq = item.seq) AS attempts,
  (SELECT coalesce(sum(cost), 0) FROM attempt WHERE attempt.seq = item.seq) AS cost
  FROM item LEFT JOIN item AS leader ON leader.seq = item.same_as`

export const itemOf = (row: Row): ItemRecord =>
  present({
    seq: row['seq'],
    id: row['id'],
    line: row['line'],
    fingerprint: row['fingerprint'],
    prompt: row['prompt'],
    settings: json(row['settings']),
    model: row['model'],
    name: row['name'],
    state: row['state'],
    sameAs: row['leader_id'],
    made: json(row['made']),
    error: json(row['error']),
    attempts: row['attempts'],
    cost: row['cost'],
    startedAt: row['started_at'],
    endedAt: row['ended_at'],
    place: row['place'],
  }) as ItemRecord

export const ATTEMPT_COLUMNS = 'attempt.*, item.id AS item FROM attempt JOIN item USING (seq)'

export const attemptOf = (row: Row): AttemptRecord =>
  present({
    item: row['item'],
    number: row['number'],
    launch: row['launch'],
    endpoint: row['endpoint'],
    model: row['model'],
    startedAt: row['started_at'],
    endedAt: row['ended_at'],
    verdict: row['verdict'],
    status: row['status'],
    billed: row['billed'],
    cost: row['cost'],
  }) as AttemptRecord

/** What is needed to know what each request has used. What never left has used nothing. */
export const ATTEMPT_USE = `SELECT attempt.endpoint, attempt.started_at AS at, attempt.verdict, attempt.billed, item.prompt, item.settings,
  item.made FROM attempt JOIN item USING (seq)
  WHERE attempt.started_at >= ? AND NOT coalesce(attempt.billed = 'no' AND attempt.verdict = 'canceled', FALSE)
  ORDER BY attempt.started_at`

export const launchOf = (row: Row): LaunchRecord =>
  present({
    number: row['number'],
    pid: row['pid'],
    options: json(row['options']),
    startedAt: row['started_at'],
    endedAt: row['ended_at'],
    stopped: row['stopped'],
  }) as LaunchRecord

export function countsOf(db: DatabaseSync): Counts {
  const counts = { waiting: 0, sent: 0, saving: 0, done: 0, failed: 0, unknown: 0 }
  for (const { state, count } of db
    .prepare(`SELECT state, count(*) AS count FROM item WHERE ${IN_INPUT} GROUP BY state`)
    .all())
    counts[state as keyof Counts] = Number(count)
  return counts
}

export const costOf = (db: DatabaseSync): number =>
  Number(db.prepare('SELECT coalesce(sum(cost), 0) AS cost FROM attempt').get()?.['cost'])
