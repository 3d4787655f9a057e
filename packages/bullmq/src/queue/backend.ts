import { InvalidOptionsError } from '@spillway/core'
import { createPostgresBackend, Queue, Worker, type Processor, type WorkerOptions } from 'bullmq'
import { PAUSABLE } from '../handover/job-processor.ts'

/** Queues and workers on one server, of whichever kind. */
export interface Backend {
  queue<D>(name: string): Queue<D>
  worker<D>(name: string, processor: Processor<D>, options: Omit<WorkerOptions, 'connection' | 'prefix'>): Worker<D>
  /** Where it is, without user and password. */
  readonly address: string
}

const REDIS = new Set(['redis:', 'rediss:'])
const POSTGRES = new Set(['postgres:', 'postgresql:'])

/** A command without an answer for so long means that the wire is cut, and a new one is needed. */
const SILENT_MS = 20_000
/** PostgreSQL allows a hundred connections in all, and each queue has a pool. */
const POOL = 4

/**
 * @param url `redis://`, `rediss://` (TLS), `postgres://` or `postgresql://`, with user, password and database where there are
 * @param prefix in front of every key of Redis; the schema of PostgreSQL
 * @throws InvalidOptionsError for another URL, which it does not quote
 */
export const openBackend = (url: string, prefix: string): Backend => {
  const { protocol, host } = parsed(url)
  if (REDIS.has(protocol)) {
    const connection = { url, maxRetriesPerRequest: null, socketTimeout: SILENT_MS, keepAlive: SILENT_MS }
    return {
      address: `${protocol}//${host}`,
      // BullMQ derives four more types from that of the data, which TypeScript cannot resolve while it is a parameter.
      queue: <D>(name: string) => new Queue(name, { connection, prefix }) as unknown as Queue<D>,
      worker: (name, processor, options) =>
        new Worker(name, processor, { ...options, ...PAUSABLE, connection, prefix }),
    }
  }
  const connection = { connectionString: url, schema: prefix, max: POOL, migrate: true }
  return {
    address: `${protocol}//${host}`,
    // As above; with a backend besides, BullMQ's classes have other type parameters than those of Redis, and the same methods.
    queue: <D>(name: string) => new Queue(name, { connection }, createPostgresBackend) as unknown as Queue<D>,
    worker: (name, processor, options) =>
      new Worker(name, processor, { ...options, ...PAUSABLE, connection }, createPostgresBackend) as unknown as Worker,
  }
}

const EXPECTED =
  'a URL such as redis://host:6379, rediss://user:password@host:6380/0 or postgres://user:password@host/database'

const parsed = (url: string): URL => {
  const read = URL.parse(url)
  if (read === null || !(REDIS.has(read.protocol) || POSTGRES.has(read.protocol)) || read.host === '')
    // Its kind only: it holds a password.
    throw new InvalidOptionsError('openBatchQueue.url', read === null ? typeof url : read.protocol, EXPECTED)
  return read
}
