import { randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { BatchError } from '../batch-error.ts'

/** "SPLW": whose file it is. */
const APPLICATION_ID = 0x53504c57
/** Raised with every change of the tables below. */
const SCHEMA_VERSION = 1

const TABLES = `
CREATE TABLE run (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  key TEXT NOT NULL,              -- names the run to providers: idempotency keys begin with it
  input_hash TEXT,                -- over ids and fingerprints; nothing before the input was read
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE launch (             -- one for each process that has worked at the run
  number INTEGER PRIMARY KEY,
  pid INTEGER NOT NULL,
  options TEXT NOT NULL,          -- JSON, as given, without secrets
  started_at INTEGER NOT NULL,    -- this and every other time: wall milliseconds since 1970 UTC
  ended_at INTEGER,
  stopped TEXT                    -- why it ended; nothing where it was killed
) STRICT;

CREATE TABLE item (
  seq INTEGER PRIMARY KEY,        -- the order in which the inputs had them
  id TEXT NOT NULL UNIQUE,
  line INTEGER NOT NULL,          -- negative where the input does not have it any more
  fingerprint TEXT NOT NULL,
  prompt TEXT NOT NULL,
  settings TEXT NOT NULL,
  model TEXT,
  name TEXT NOT NULL,             -- of its files, without number and extension
  same_as INTEGER,                -- the item with its fingerprint that is made for both
  state TEXT NOT NULL DEFAULT 'waiting'
    CHECK (state IN ('waiting', 'sent', 'saving', 'done', 'failed', 'unknown')),
  made TEXT,                      -- JSON, from 'saving' on
  error TEXT,                     -- JSON, of 'failed' and 'unknown'
  started_at INTEGER,
  ended_at INTEGER,
  place INTEGER UNIQUE            -- its place in results.jsonl
) STRICT;

CREATE TABLE attempt (
  rowid INTEGER PRIMARY KEY,
  seq INTEGER NOT NULL REFERENCES item (seq) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  launch INTEGER NOT NULL,
  endpoint TEXT NOT NULL,
  model TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  verdict TEXT,
  status INTEGER,
  billed TEXT,
  cost REAL NOT NULL DEFAULT 0    -- expected until it has ended
) STRICT;
CREATE INDEX attempt_by_item ON attempt (seq, number);

CREATE TABLE endpoint_state (
  rowid INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  endpoint TEXT NOT NULL,
  state TEXT NOT NULL
) STRICT;

CREATE TABLE wait (
  rowid INTEGER PRIMARY KEY,
  reason TEXT NOT NULL,
  endpoint TEXT,
  started_at INTEGER NOT NULL,
  until INTEGER,                  -- as expected when it began
  ended_at INTEGER
) STRICT;
`

/** Made when the items are there: to sort them once takes a third of the time that it takes to put each in its place. */
export const ITEM_INDEXES = `
CREATE INDEX IF NOT EXISTS item_by_state ON item (state, seq, line);
CREATE INDEX IF NOT EXISTS item_by_fingerprint ON item (fingerprint);
CREATE INDEX IF NOT EXISTS item_by_leader ON item (same_as) WHERE same_as IS NOT NULL;
`

/** Several long prompts have room in one: with SQLite's own 4096 a file of them is half air. */
const PAGE_BYTES = 8192

/** Makes the tables of an empty file, in one step. */
export function createTables(db: DatabaseSync, at: number): void {
  db.exec(`PRAGMA page_size = ${PAGE_BYTES}; BEGIN IMMEDIATE;${TABLES}
    INSERT INTO run VALUES (1, '${randomUUID()}', NULL, ${at});
    PRAGMA application_id = ${APPLICATION_ID};
    PRAGMA user_version = ${SCHEMA_VERSION};
    COMMIT`)
}

/** Whether the file has no tables at all. */
export const isEmpty = (db: DatabaseSync): boolean =>
  db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined

/** @throws BatchError where the file is somebody else's, or of another version of Spillway */
export function checkSchema(db: DatabaseSync, path: string): void {
  const pragma = (name: string): unknown => db.prepare(`PRAGMA ${name}`).get()?.[name]
  if (pragma('application_id') !== APPLICATION_ID)
    throw new BatchError('ERR_SPILLWAY_BATCH_JOURNAL', `${path} is no journal of Spillway: choose another folder.`)
  const version = pragma('user_version')
  if (version !== SCHEMA_VERSION)
    throw new BatchError(
      'ERR_SPILLWAY_BATCH_JOURNAL',
      `${path} has schema ${String(version)}, and this version of Spillway knows ${SCHEMA_VERSION}: ` +
        'finish the run with the version that began it, or choose another folder.',
    )
}

/** What SQLite says of a file that it cannot read, for the person who has it; other errors as they are. */
export function damaged(path: string, error: unknown): unknown {
  const { errcode } = error as { readonly errcode?: number }
  // SQLITE_CORRUPT and SQLITE_NOTADB, in whichever detail.
  if (errcode === undefined || ![11, 26].includes(errcode & 0xff)) return error
  return new BatchError(
    'ERR_SPILLWAY_BATCH_JOURNAL',
    `The journal ${path} is damaged: restore it from a copy, or begin in another folder.`,
    { cause: error },
  )
}
