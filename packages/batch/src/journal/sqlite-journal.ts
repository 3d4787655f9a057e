import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { conditions } from './item-query.ts'
import { type Journal, type KnownItem, type NewItem, SET_ASIDE } from './journal.ts'
import { ATTEMPT_COLUMNS, IN_INPUT, ITEM_COLUMNS, type Row, attemptOf, costOf, countsOf, itemOf } from './rows.ts'
import type { ItemRecord } from './records.ts'
import { ITEM_INDEXES } from './schema.ts'
import { statementsOf } from './statements.ts'

/** A journal over an open database whose tables are there. */
export function sqliteJournal(db: DatabaseSync): Journal {
  const { prepared, run, one, inOneCommit, atomically } = statementsOf(db)
  let launch = Number(one('SELECT coalesce(max(number), 0) AS number FROM launch')?.['number'])

  return {
    key: String(one('SELECT key FROM run')?.['key']),
    inputHash: () => (one('SELECT input_hash FROM run')?.['input_hash'] as string | null) ?? undefined,

    async atomically(work) {
      await atomically(work)
      db.exec('PRAGMA journal_mode = WAL')
    },
    setInput: (hash) => void run('UPDATE run SET input_hash = ?', hash),
    add: (item) =>
      void run(
        'INSERT INTO item (id, line, fingerprint, prompt, settings, model, name) VALUES (?, ?, ?, ?, ?, ?, ?)',
        ...columnsOf(item),
      ),
    setAside({ line, seq }) {
      run(`UPDATE item SET line = ${SET_ASIDE.named} WHERE ${BEHIND} AND id <> CAST(line AS TEXT)`, line, seq)
      run(`UPDATE item SET line = ${SET_ASIDE.nameless}, id = ${NOBODYS_ID} WHERE ${BEHIND}`, line, seq)
    },
    release: (seq) => void run(`UPDATE item SET line = ${SET_ASIDE.nameless}, id = ${NOBODYS_ID} WHERE seq = ?`, seq),
    takeBack: (seq, { id, line }) => void run('UPDATE item SET id = ?, line = ? WHERE seq = ?', id, line, seq),
    findSame: () => db.exec(ITEM_INDEXES + FIND_SAME),
    makeAlone: (seq) => void run('UPDATE item SET same_as = NULL WHERE seq = ?', seq),

    launch({ pid, options, startedAt }) {
      launch = run(
        'INSERT INTO launch (pid, options, started_at) VALUES (?, ?, ?)',
        pid,
        JSON.stringify(options),
        startedAt,
      )
    },
    stopped: (reason, at) =>
      void run('UPDATE launch SET stopped = ?, ended_at = ? WHERE number = ?', reason, at, launch),

    counts: () => countsOf(db),
    cost: () => costOf(db),
    *items(query = {}) {
      const { where, values } = conditions(query)
      // Read at once where there is a limit: an open cursor would see what is written meanwhile.
      const statement = prepared(`SELECT ${ITEM_COLUMNS} ${where} ORDER BY item.seq LIMIT ?`)
      for (const row of statement.all(...values, query.limit ?? -1)) yield itemOf(row)
    },
    *known() {
      const columns = 'seq, id, line, fingerprint, state, name'
      for (const row of db.prepare(`SELECT ${columns} FROM item ORDER BY line, seq`).iterate())
        // The columns are its fields: node:sqlite types every row as a record of anything.
        yield row as unknown as KnownItem
    },
    *ended() {
      const where = `WHERE item.place IS NOT NULL AND ${IN_INPUT}`
      for (const row of db.prepare(`SELECT ${ITEM_COLUMNS} ${where} ORDER BY item.place`).iterate()) yield itemOf(row)
    },
    *fileNames() {
      for (const { name } of db.prepare(FILE_NAMES).iterate()) yield String(name)
    },
    item: (seq) => only(one(`SELECT ${ITEM_COLUMNS} WHERE item.seq = ?`, seq)),
    itemOf: (id) => only(one(`SELECT ${ITEM_COLUMNS} WHERE item.id = ?`, id)),
    leaveOpen(at) {
      run("UPDATE attempt SET billed = 'unknown' WHERE ended_at IS NULL")
      run('UPDATE wait SET ended_at = min(coalesce(until, started_at), ?) WHERE ended_at IS NULL', at)
    },
    attemptsOf: (seq) =>
      prepared(`SELECT ${ATTEMPT_COLUMNS} WHERE attempt.seq = ? ORDER BY number`).all(seq).map(attemptOf),

    sent(seq, { endpoint, model, at, expectedCost }) {
      return inOneCommit(() => {
        run("UPDATE item SET state = 'sent', started_at = coalesce(started_at, ?) WHERE seq = ?", at, seq)
        return run(
          `INSERT INTO attempt (seq, number, launch, endpoint, model, started_at, cost)
           VALUES (?, (SELECT count(*) + 1 FROM attempt WHERE seq = ?), ?, ?, ?, ?, ?)`,
          seq,
          seq,
          launch,
          endpoint,
          model,
          at,
          expectedCost,
        )
      })
    },
    attemptEnded: (attempt, { verdict, status, billed }, cost, at) =>
      void run(
        'UPDATE attempt SET ended_at = ?, verdict = ?, status = ?, billed = ?, cost = ? WHERE rowid = ?',
        at,
        verdict,
        status ?? null,
        billed,
        cost,
        attempt,
      ),
    saving: (seq, made, at) =>
      void run(
        "UPDATE item SET state = 'saving', made = ?, error = NULL, started_at = coalesce(started_at, ?) WHERE seq = ?",
        JSON.stringify(made),
        at,
        seq,
      ),
    done: (seq, at) =>
      void run(`UPDATE item SET state = 'done', ended_at = ?, place = ${NEXT_PLACE} WHERE seq = ?`, at, seq),
    failed: (seq, state, error, at) =>
      void run(
        `UPDATE item SET state = ?, error = ?, made = NULL, ended_at = ?, place = ${NEXT_PLACE} WHERE seq = ?`,
        state,
        JSON.stringify(error),
        at,
        seq,
      ),
    waitAgain: (seq) =>
      void run(
        "UPDATE item SET state = 'waiting', made = NULL, error = NULL, ended_at = NULL, place = NULL WHERE seq = ?",
        seq,
      ),

    endpointState: (endpoint, state, at) =>
      void run('INSERT INTO endpoint_state (at, endpoint, state) VALUES (?, ?, ?)', at, endpoint, state),
    waitBegan: (reason, at, { endpoint, until }) =>
      run(
        'INSERT INTO wait (reason, endpoint, started_at, until) VALUES (?, ?, ?, ?)',
        reason,
        endpoint ?? null,
        at,
        until ?? null,
      ),
    waitEnded: (wait, at) => void run('UPDATE wait SET ended_at = ? WHERE rowid = ?', at, wait),

    close: () => db.close(),
  }
}

/** Lines that are the same one after the other are those of a caller that does not count them. */
const BEHIND = '(line, seq) >= (?, ?)'
/** What an item is called whose id is another one's now. */
const NOBODYS_ID = "'removed-' || seq || '-' || (SELECT key FROM run)"

/**
 * Reads the index and touches only what is not so already: of a hundred thousand items few share a picture. What was removed
 * gives its picture, or the doubt whether there is one, to others, and has none made for it.
 */
const FIND_SAME = `
UPDATE item SET same_as = nullif(first.seq, item.seq)
  FROM (SELECT fingerprint, (
      SELECT seq FROM item AS one WHERE one.fingerprint = item.fingerprint
        AND (line >= 0 OR state NOT IN ('waiting', 'failed'))
        ORDER BY state = 'done' DESC, state IN ('saving', 'sent', 'unknown') DESC, line >= 0 DESC, seq LIMIT 1
    ) AS seq FROM item GROUP BY fingerprint HAVING count(*) > 1) AS first
  WHERE first.fingerprint = item.fingerprint AND item.same_as IS NOT nullif(first.seq, item.seq);
UPDATE item SET same_as = NULL WHERE same_as IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM item AS other WHERE other.fingerprint = item.fingerprint AND other.seq <> item.seq)`
const FILE_NAMES = `SELECT file.value ->> 'name' AS name
  FROM item, json_each(item.made, '$.files') AS file WHERE item.state = 'done' AND ${IN_INPUT}`
const NEXT_PLACE = '(SELECT coalesce(max(place), 0) + 1 FROM item)'

const columnsOf = (item: NewItem): SQLInputValue[] => [
  item.id,
  item.line,
  item.fingerprint,
  item.prompt,
  JSON.stringify(item.settings),
  item.model ?? null,
  item.name,
]

function only(row: Row | undefined): ItemRecord {
  if (row === undefined) throw new RangeError('The journal has no such item.')
  return itemOf(row)
}
