import type { Job, Queue } from 'bullmq'
import type { EndedAttempt, SentMark } from './job-data.ts'

/** What a worker writes of a job while it has it in hand: that a request leaves, and at the end what became of them all. */
type Note =
  | { readonly by: string; readonly sent: SentMark }
  | { readonly by: string; readonly settled: readonly EndedAttempt[] }

/** What is known of a job's requests. */
export interface JobNotes {
  /** A request of which nobody has written what became of it: its worker is at it, or was lost on the way. */
  readonly open: SentMark | undefined
  /** Those that have ended, the last of many. */
  readonly attempts: readonly EndedAttempt[]
}

/** A night under overload has hundreds of refusals for an item; no report shows them all. */
export const MOST_NOTES = 100

/**
 * Writes into BullMQ's log of the job, which only grows: what a worker says late, or twice because its wire was cut, settles
 * its own requests, and takes back nothing that another has written.
 */
export const writeNote = (job: Pick<Job, 'log'>, note: Note): Promise<unknown> => job.log(JSON.stringify(note))

/** Reads what all its workers have written of a job. */
export const readNotes = async (id: string, queue: Pick<Queue, 'getJobLogs'>): Promise<JobNotes> => {
  const { logs } = await queue.getJobLogs(id)
  const sent = new Map<string, SentMark>()
  const settled = new Map<string, readonly EndedAttempt[]>()
  for (const note of logs.map((line) => JSON.parse(line) as Note))
    if ('sent' in note) sent.set(note.by, note.sent)
    else settled.set(note.by, note.settled)
  const open = [...sent].findLast(([by]) => !settled.has(by))
  return { open: open?.[1], attempts: [...settled.values()].flat() }
}
