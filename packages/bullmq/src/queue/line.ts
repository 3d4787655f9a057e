import { systemClock } from '@spillway/core'
import type { Queue } from 'bullmq'
import { unknownIdOf, type ResultData, type WorkData } from './job-data.ts'

type Results = Pick<Queue<ResultData>, 'getJobState' | 'remove'>

/** The queue of a run's items, and that of their results. */
export interface Line {
  readonly work: Pick<Queue<WorkData>, 'add' | 'remove' | 'getJob' | 'getJobState'>
  readonly results: Results
}

/** Whether its result stands there, or the report that nobody knows of one: then nothing is to be made. */
export const isSettled = async (id: string, results: Pick<Results, 'getJobState'>): Promise<boolean> => {
  const states = await Promise.all([results.getJobState(id), results.getJobState(unknownIdOf(id))])
  return states.some((state) => state !== 'unknown')
}

/** Puts an item in line, unless it stands there, or was settled while its run was away. */
export const lineUp = async (id: string, data: WorkData, { work, results }: Line): Promise<void> => {
  // Said of an earlier launch; this one wants it made.
  if (data.onUnknown === 'again') await results.remove(unknownIdOf(id))
  if (await isSettled(id, results)) return
  await work.add('item', data, { jobId: id, removeOnFail: true })
  // Settled between the look and the line: what stands in line now knows nothing of what was sent.
  if (await isSettled(id, results)) await work.remove(id)
}

/** Takes an item out of the line. What a worker has in hand stays with it, and so does what may have been sent: the next start hears of it. */
export const withdraw = async (id: string, work: Line['work']): Promise<void> => {
  const { sent, onUnknown } = (await work.getJob(id))?.data ?? {}
  if (sent === undefined || onUnknown === 'again') await work.remove(id)
}

/** How often it is looked whether a worker has let go of a job. */
const AGAIN_MS = 250

/**
 * Takes away what stands there of an item that is written down. Its job goes first: whoever took it while nothing stood beside
 * it would make it once more.
 */
export const clearAway = async (id: string, { work, results }: Line, signal: AbortSignal): Promise<void> => {
  // Redis takes away only what nobody has in hand; PostgreSQL says no of what is not there as well.
  while ((await work.remove(id)) === 0 && (await work.getJobState(id)) === 'active') {
    if (signal.aborted) return
    await new Promise<void>((resolve) => systemClock.setTimer(AGAIN_MS, resolve))
  }
  await Promise.all([results.remove(id), results.remove(unknownIdOf(id))])
}
