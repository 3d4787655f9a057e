import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { Row } from './rows.ts'

/** How a database is asked: each statement is prepared once. */
export interface Statements {
  readonly prepared: (sql: string) => StatementSync
  /** Gives back the rowid of what was inserted last. */
  readonly run: (sql: string, ...values: SQLInputValue[]) => number
  readonly one: (sql: string, ...values: SQLInputValue[]) => Row | undefined
  /** Everything within is written at once, or nothing of it. */
  readonly inOneCommit: <T>(work: () => T) => T
  /** The same for work that waits in between. */
  readonly atomically: (work: () => Promise<void>) => Promise<void>
}

export function statementsOf(db: DatabaseSync): Statements {
  const statements = new Map<string, StatementSync>()
  const prepared = (sql: string): StatementSync => {
    const known = statements.get(sql)
    if (known !== undefined) return known
    const statement = db.prepare(sql)
    statements.set(sql, statement)
    return statement
  }
  return {
    prepared,
    run: (sql, ...values) => Number(prepared(sql).run(...values).lastInsertRowid),
    one: (sql, ...values) => prepared(sql).get(...values),
    inOneCommit(work) {
      db.exec('BEGIN IMMEDIATE')
      try {
        const result = work()
        db.exec('COMMIT')
        return result
      } catch (error) {
        rollBack(db)
        throw error
      }
    },
    async atomically(work) {
      db.exec('BEGIN IMMEDIATE')
      try {
        await work()
        db.exec('COMMIT')
      } catch (error) {
        rollBack(db)
        throw error
      }
    },
  }
}

/** SQLite rolls back by itself after some errors, a full disk among them, and has nothing to roll back then. */
function rollBack(db: DatabaseSync): void {
  try {
    db.exec('ROLLBACK')
  } catch {
    // Already done.
  }
}
