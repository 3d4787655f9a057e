import { isDeepStrictEqual } from 'node:util'
import type { AttemptListener } from '@spillway/batch'
import { systemClock } from '@spillway/core'
import type { Queue } from 'bullmq'
import { DEADLINE_PASSED, type ResultData, unknownIdOf, type WorkData } from './job-data.ts'
import { MOST_NOTES, readNotes } from './job-notes.ts'

type Results = Pick<Queue<ResultData>, 'getJob' | 'getJobState' | 'remove'>

/** The queue of a run's items, and that of their results. */
export interface Line {
  readonly work: Pick<Queue<WorkData>, 'add' | 'remove' | 'getJob' | 'getJobLogs' | 'getJobState'>
  readonly results: Results
}

/** Whether its result stands there, or the report that nobody knows of one: then nothing is to be made. */
export const isSettled = async (id: string, results: Pick<Results, 'getJobState'>): Promise<boolean> => {
  const states = await Promise.all([results.getJobState(id), results.getJobState(unknownIdOf(id))])
  return states.some((state) => state !== 'unknown')
}

/** Asked once for an item: whether it may be put in line. */
export type Entry = NonNullable<AttemptListener['queueing']>

/**
 * Puts an item in line, unless it stands there, or was settled while its run was away. What is settled in this instant its
 * worker finds.
 *
 * @returns whether it was let in
 */
export const lineUp = async (
  id: string,
  data: WorkData,
  { work, results }: Line,
  entry: Entry = () => true,
): Promise<boolean> => {
  await overrule(id, data, results)
  if (await isSettled(id, results)) return entry({ stands: true })
  const stands = await work.getJob(id)
  if (!(await entry({ stands: stands !== undefined }))) return false
  if (stands === undefined) await work.add('item', data, { jobId: id, removeOnFail: true, keepLogs: MOST_NOTES })
  // Of an earlier start, which may have said otherwise. Where it has ended in this instant, its result is there.
  else if (!isDeepStrictEqual(stands.data, data)) await stands.updateData(data).catch(onlyIfThere(id, work))
  return true
}

/** What an earlier start wanted does not bind this one: now it is to be made, or there is time again. */
const overrule = async (id: string, { onUnknown }: WorkData, results: Results): Promise<void> => {
  if (onUnknown === 'again') await results.remove(unknownIdOf(id))
  const { data } = (await results.getJob(id)) ?? {}
  if (data?.status === 'failed' && data.error.name === DEADLINE_PASSED) await results.remove(id)
}

const onlyIfThere =
  (id: string, work: Line['work']) =>
  async (error: unknown): Promise<void> => {
    if ((await work.getJobState(id)) !== 'unknown') throw error
  }

/** Takes an item out of the line. What a worker has in hand stays with it, and so does what may have been sent: the next start hears of it. */
export const withdraw = async (id: string, work: Line['work']): Promise<void> => {
  const { onUnknown } = (await work.getJob(id))?.data ?? {}
  const { open } = await readNotes(id, work)
  if (open === undefined || onUnknown === 'again') await work.remove(id)
}

/** How often it is looked whether a worker has let go of a job. */
const AGAIN_MS = 250

/**
 * Takes away what stands there of an item that is written down. Its job goes first: whoever took it while nothing stood beside
 * it would make it once more.
 */
export const clearAway = async (id: string, { work, results }: Line, signal: AbortSignal): Promise<void> => {
  // Only what nobody has in hand can be taken away; of what is not there PostgreSQL says the same.
  while ((await work.remove(id)) === 0 && (await work.getJobState(id)) !== 'unknown') {
    if (signal.aborted) return
    await new Promise<void>((resolve) => systemClock.setTimer(AGAIN_MS, resolve))
  }
  await Promise.all([results.remove(id), results.remove(unknownIdOf(id))])
}
