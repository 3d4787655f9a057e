import { type QueueWorker, type QueueWorkerEvent, type QueueWorkerOptions } from '@spillway/batch'
import { systemClock } from '@spillway/core'
import { WaitingError, type Job, type Queue } from 'bullmq'
import { handOver } from '../handover/hand-over.ts'
import type { Backend } from './backend.ts'
import { closeAll } from './close-all.ts'
import { holdItem, type HeldItem } from './held-item.ts'
import { resultsName, type ResultData, type WorkData } from './job-data.ts'
import { workItem, type Station, type Worked } from './work-item.ts'
import { LONG_WAIT_MS, workerPace } from './worker-pace.ts'

/** The times of a worker. */
export interface WorkerTimes {
  readonly lockMs: number
  readonly lostAfterMs: number
  readonly maxResults: number
}

/** BullMQ fails what has stalled too often, without asking: here an item never ends without a result. */
const NEVER = 2 ** 31 - 1
/** What went wrong on the way to the queue is tried again after. */
const AGAIN_MS = 1000
/** The errors that say that BullMQ was told what becomes of a job. */
const TOLD: ReadonlySet<string> = new Set(['DelayedError', 'RateLimitError', 'WaitingError'])

/** Starts a worker on the queue `name`. */
export const startWorker = (
  backend: Backend,
  name: string,
  { make, concurrency, idempotent = false, listener = () => {} }: QueueWorkerOptions,
  { lockMs, lostAfterMs, maxResults }: WorkerTimes,
): QueueWorker => {
  const tell = (event: QueueWorkerEvent): void => listener(event)
  const failed = (error: unknown): void => tell({ type: 'queue.failed', error })
  const queue = backend.queue<WorkData>(name).on('error', failed)
  const resultQueues = new Map<string, Queue<ResultData>>()
  const results = (run: string): Queue<ResultData> => {
    const known = resultQueues.get(run)
    if (known !== undefined) return known
    const made = backend.queue<ResultData>(resultsName(name, run)).on('error', failed)
    resultQueues.set(run, made)
    return made
  }
  const holding = new Set<HeldItem>()
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>()
  // Settled before it resolves: the stop that follows says nothing more.
  const unfit = (error: unknown): void => {
    reject(error)
    void stop()
  }
  const station: Station = { make, idempotent, work: queue, results, tell, unfit, lostAfterMs, maxResults }

  let stopping: Promise<void> | undefined
  const goOnAfter = (worked: Exclude<Worked, { to: 'finish' }>, item: string): void => {
    if (worked.to === 'delay_job') {
      const { waitMs } = worked
      tell({ type: 'item.delayed', item, waitMs, ...('reason' in worked && { reason: worked.reason }) })
      if ('forAll' in worked && worked.forAll && waitMs > LONG_WAIT_MS) pace.rest(waitMs)
    }
    if (worked.to === 'pause_queue') {
      tell({ type: 'queue.paused', waitMs: worked.waitMs })
      if (worked.waitMs > LONG_WAIT_MS) pace.slowDown()
    }
  }
  const process = async (job: Job<WorkData>, token: string): Promise<void> => {
    const item = job.data.item.id
    const held = holdItem(job, token, lockMs, (endpoint) => tell({ type: 'item.sent', item, endpoint }))
    // BullMQ takes another one while it closes, most often that which was just given back.
    const late = stopping !== undefined
    if (late) held.release()
    holding.add(held)
    // What still waits for its turn then is told that it is over.
    const timer = systemClock.setTimer((job.data.deadlineAt ?? Infinity) - Date.now(), () => held.release())
    try {
      const worked = await workItem(job, held, station)
      if (worked.to === 'finish') return pace.made()
      goOnAfter(worked, item)
      if (worked.to === 'give_back' && !late) tell({ type: 'item.given_back', item })
      // Nobody is told of what is left: the lock runs out, and whoever takes the job next reads what was written down.
      throw worked.to === 'leave' ? new WaitingError() : await handOver(worked, { queue, job, token })
    } finally {
      timer.cancel()
      holding.delete(held)
    }
  }
  /** BullMQ ends a job whose processor fails. An item ends with its result alone, so that whatever else goes wrong is waited out. */
  const safely = async (job: Job<WorkData>, token: string): Promise<void> => {
    try {
      await process(job, token)
    } catch (error) {
      if (TOLD.has((error as Error).name)) throw error
      failed(error)
      throw await handOver({ to: 'delay_job', waitMs: AGAIN_MS }, { queue, job, token }).catch(() => new WaitingError())
    }
  }
  const worker = backend.worker<WorkData>(name, (job, token = '') => safely(job, token), {
    concurrency,
    lockDuration: lockMs,
    stalledInterval: lockMs,
    maxStalledCount: NEVER,
    removeOnComplete: { count: 0 },
  })
  worker.on('error', failed)
  const pace = workerPace(worker)
  const stop = (): Promise<void> => {
    stopping ??= (async () => {
      pace.stop()
      for (const held of holding) held.release()
      await closeAll([worker], () => holding.size === 0)
      await closeAll([queue, ...resultQueues.values()])
      resolve()
    })()
    return stopping
  }
  ended.catch(() => {})
  return { stop, ended }
}
