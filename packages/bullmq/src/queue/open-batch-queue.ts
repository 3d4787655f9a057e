import type { BatchQueue } from '@spillway/batch'
import { checkKnown, checkNumber, InvalidOptionsError } from '@spillway/core'
import { openBackend } from './backend.ts'
import { connect } from './connect.ts'
import { openQuota } from './open-quota.ts'
import { openRun } from './queued-run.ts'
import { startWorker } from './queue-worker.ts'

/** Options of {@link openBatchQueue}. */
export interface BatchQueueOptions {
  /** What runs and workers have in common: letters, digits, `-`, `_` and `.`. @default 'spillway' */
  readonly name?: string
  /** In front of every key of Redis; the schema of PostgreSQL. Letters, digits and `_`. @default 'spillway' */
  readonly prefix?: string
  /**
   * How long an item is its worker's without being renewed, in milliseconds, from 1,000: so soon another takes over what a
   * killed worker had in hand. It is renewed while the worker works, however long that takes. @default 30,000 (BullMQ's own)
   */
  readonly lockMs?: number
  /**
   * For how long a worker that is not heard of may still be at its request, in milliseconds: its item is reported as unknown
   * only then, and its result counts if it comes. @default 300,000 (no picture takes longer)
   */
  readonly lostAfterMs?: number
  /** Results that a run may leave unfetched until nothing more is made for it: each is a picture in the server's memory. @default 200 */
  readonly maxResults?: number
}

/** What {@link openBatchQueue} takes where an option is left out. */
export const BATCH_QUEUE_DEFAULTS: Required<BatchQueueOptions> = {
  name: 'spillway',
  prefix: 'spillway',
  lockMs: 30_000,
  lostAfterMs: 300_000,
  maxResults: 200,
}

const checkName = (option: string, value: string, pattern: RegExp, expected: string): void => {
  if (typeof value !== 'string' || !pattern.test(value)) throw new InvalidOptionsError(option, value, expected)
}

/**
 * A batch's queue over BullMQ: `run --redis` and `worker` use it, and so may you.
 *
 * ```ts no-run
 * import { openBatchQueue } from '@spillway/bullmq'
 *
 * const queue = openBatchQueue('rediss://user:password@redis.internal:6380/0')
 * const worker = queue.work({ concurrency: 4, make: async (item) => draw(item.prompt) })
 * process.once('SIGTERM', () => worker.stop())
 * await worker.ended
 *
 * declare function draw(prompt: string): Promise<{ images: { bytes: Uint8Array }[]; endpoint: string; model: string }>
 * ```
 *
 * @param url `redis://`, `rediss://` (TLS), `postgres://` or `postgresql://`; it needs the package `ioredis` or `pg`
 * @throws InvalidOptionsError for a value out of its range; the URL is never quoted
 */
export const openBatchQueue = (url: string, options: BatchQueueOptions = {}): BatchQueue => {
  checkKnown('openBatchQueue', options, Object.keys(BATCH_QUEUE_DEFAULTS))
  const { name, prefix, ...times } = { ...BATCH_QUEUE_DEFAULTS, ...options }
  checkName('openBatchQueue.name', name, /^[\w.-]{1,80}$/, 'up to 80 letters, digits, -, _ and .')
  checkName('openBatchQueue.prefix', prefix, /^[a-z_]\w{0,62}$/i, 'up to 63 letters, digits and _, a letter first')
  checkNumber('openBatchQueue.lockMs', times.lockMs, { min: 1000 })
  checkNumber('openBatchQueue.lostAfterMs', times.lostAfterMs, { min: 0 })
  checkNumber('openBatchQueue.maxResults', times.maxResults, { min: 1, integer: true })
  const backend = openBackend(url, prefix)
  return {
    address: backend.address,
    connect: () => connect(backend, name),
    openQuota: () => openQuota(url, prefix, name),
    openRun: (run = {}) => openRun(backend, name, run),
    work: (worker) => {
      checkNumber('work.concurrency', worker.concurrency, { min: 1, integer: true })
      return startWorker(backend, name, worker, times)
    },
  }
}
