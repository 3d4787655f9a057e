import type { Made, Make, QueueWorkerEvent } from '@spillway/batch'
import type { Queue } from 'bullmq'
import type { Handover } from '../handover/handover.ts'
import { failedItem } from './failed-item.ts'
import type { HeldItem, HeldJob } from './held-item.ts'
import { DEADLINE_PASSED, type EndedAttempt, type ResultData, unknownIdOf, type WorkData } from './job-data.ts'
import { readNotes } from './job-notes.ts'
import { isSettled } from './line.ts'

/** A worker, as its items see it. */
export interface Station {
  readonly make: Make
  readonly idempotent: boolean
  readonly work: Pick<Queue<WorkData>, 'getJobLogs'>
  readonly results: (run: string) => Pick<Queue<ResultData>, 'add' | 'getJobState' | 'getWaitingCount' | 'remove'>
  readonly tell: (event: QueueWorkerEvent) => void
  /** What only this worker's key or endpoints are to blame for is left to other workers. */
  readonly unfit: (error: unknown) => void
  /** How long a worker that is not heard of any more may still be at its request. */
  readonly lostAfterMs: number
  /** Results that a run may leave in the queue until nothing more is made for it. */
  readonly maxResults: number
}

/** What becomes of the job. `leave`: another worker's lock, or that of a lost one, decides. */
export type Worked =
  | Handover
  | { readonly to: 'delay_job'; readonly waitMs: number; readonly reason: 'lost_worker' }
  | { readonly to: 'finish' }
  | { readonly to: 'leave' }

/** How often a worker may die of an item before anything was sent. */
const DEADLY = 10
/** How long an item waits for its run to fetch results. */
const BACKLOG_MS = 5000

/** Makes an item and puts its result in the run's queue. The job ends after that, so that nothing is lost between. */
export const workItem = async (job: HeldJob, held: HeldItem, at: Station): Promise<Worked> => {
  const { data } = job
  const id = job.id!
  const results = at.results(data.run)
  const put = async (result: ResultData, jobId = id): Promise<Worked> => {
    await results.add(result.status, result, { jobId })
    at.tell({ type: `item.${result.status}`, item: result.item })
    return { to: 'finish' }
  }
  const { open, attempts: before } = await readNotes(id, at.work)
  // A worker was lost after its result stood there, and before it could say so.
  if (await isSettled(id, results)) return { to: 'finish' }
  if (open !== undefined && data.onUnknown === 'skip' && !at.idempotent) {
    const waitMs = open.at + at.lostAfterMs - Date.now()
    if (waitMs > 0) return { to: 'delay_job', waitMs, reason: 'lost_worker' }
    return put({ status: 'unknown', item: data.item.id, attempts: before, sent: open }, unknownIdOf(id))
  }
  const refusal = refused(job, before)
  if (refusal !== undefined) return put(refusal)
  if ((await results.getWaitingCount()) >= at.maxResults) return { to: 'delay_job', waitMs: BACKLOG_MS }
  const attempts = (): readonly EndedAttempt[] => [...before, ...held.ended]
  const { idempotencyKey, deadlineAt } = data
  const { signal } = held
  // Stopped while the queue was asked: not every maker looks whether its signal has gone before.
  if (signal.aborted) return { to: 'give_back' }
  const asked = { signal, attempts: held.attempts, idempotencyKey, ...(deadlineAt !== undefined && { deadlineAt }) }
  return at.make(data.item, asked).then(
    (made) => put(resultOf(data.item.id, made, attempts())),
    (error: unknown) => notMade(error, job, held, { ...at, attempts: attempts() }, put),
  )
}

const resultOf = (item: string, { images, ...rest }: Made, attempts: readonly EndedAttempt[]): ResultData => ({
  status: 'done',
  item,
  ...rest,
  attempts,
  images: images.map(({ bytes, mimeType }) => ({
    base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
    ...(mimeType !== undefined && { mimeType }),
  })),
})

const notMade = async (
  error: unknown,
  job: HeldJob,
  held: HeldItem,
  at: Station & { readonly attempts: readonly EndedAttempt[] },
  put: (result: ResultData) => Promise<Worked>,
): Promise<Worked> => {
  const failed = failedItem(error, held, job.data, at)
  if (failed === 'leave') return { to: 'leave' }
  if ('result' in failed) return put(failed.result)
  await held.settle()
  if (failed.unfit) at.unfit(error)
  return failed.becomes
}

/** Why an item is not asked for, where it is not. */
const refused = ({ data, stalledCounter }: HeldJob, attempts: readonly EndedAttempt[]): ResultData | undefined => {
  const failedWith = (name: string, message: string): ResultData => ({
    status: 'failed',
    item: data.item.id,
    attempts,
    error: { name, message, verdict: 'rejected', billed: 'no' },
  })
  if (Date.now() >= (data.deadlineAt ?? Infinity))
    return failedWith(DEADLINE_PASSED, 'The deadline of the run passed before it was sent.')
  if (stalledCounter > DEADLY)
    return failedWith('DeadlyItemError', `${stalledCounter} workers ended with it in hand, before anything was sent.`)
  return undefined
}
