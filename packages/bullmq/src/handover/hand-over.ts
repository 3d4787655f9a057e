import { DelayedError, UnrecoverableError, WaitingError, Worker, type Job, type Queue } from 'bullmq'
import type { Handover } from './handover.ts'

/** What is needed of a BullMQ job. */
export type HandedJob = Pick<Job, 'moveToDelayed' | 'moveToWait'>

/** What is needed of a BullMQ queue: it pauses all of its workers. */
export type PausableQueue = Pick<Queue, 'rateLimit'>

interface Held {
  readonly queue: PausableQueue
  readonly job: HandedJob
  readonly token: string | undefined
  /** What the work failed with. */
  readonly error?: unknown
}

/** Tells BullMQ, and gives the error by which its worker knows that it was told. */
export const handOver = async (decided: Handover, { queue, job, token, error }: Held): Promise<Error> => {
  if (decided.to === 'pause_queue') {
    // Redis knows no expiry of 0.
    await queue.rateLimit(Math.max(1, decided.waitMs))
    return Worker.RateLimitError()
  }
  if (decided.to === 'delay_job') {
    await job.moveToDelayed(Date.now() + decided.waitMs, token)
    return new DelayedError()
  }
  if (decided.to === 'give_back') {
    await job.moveToWait(token)
    return new WaitingError()
  }
  const message = error instanceof Error ? error.message : String(error)
  return Object.assign(new UnrecoverableError(message), { cause: error })
}
