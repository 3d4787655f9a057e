import { randomUUID } from 'node:crypto'
import type { AttemptEnd, AttemptListener } from '@spillway/batch'
import type { Job } from 'bullmq'
import type { EndedAttempt, SentMark, WorkData } from './job-data.ts'
import { writeNote } from './job-notes.ts'

/** What is needed of the job. */
export type HeldJob = Pick<
  Job<WorkData>,
  'id' | 'data' | 'stalledCounter' | 'extendLock' | 'log' | 'moveToDelayed' | 'moveToWait'
>

/** The lock of a job has gone to another worker: this one has no say any more. */
class LockLostError extends Error {
  override readonly name = 'LockLostError'
}

/** An item in a worker's hands: what it has sent, and how to let go of it. */
export interface HeldItem {
  readonly signal: AbortSignal
  readonly attempts: AttemptListener
  /** Its requests that have ended in these hands. */
  readonly ended: readonly EndedAttempt[]
  /** The last of them. */
  readonly last: AttemptEnd | undefined
  /** The last request that has left these hands. */
  readonly sent: SentMark | undefined
  /** Requests that have not ended. */
  readonly out: number
  /** A request is out, or nobody knows what became of the last. */
  readonly unsettled: boolean
  /** Another worker has the item. */
  readonly lost: boolean
  /** Writes down that nothing is out, and that the item may be asked for again. */
  settle(): Promise<void>
  /** Lets go of what has not been sent; what has is waited for. */
  release(): void
}

/**
 * Writes down before each request that it leaves, and looks whether the job is still this worker's: a worker that was frozen
 * or cut off while another took over sends nothing.
 */
export const holdItem = (
  job: HeldJob,
  token: string,
  lockMs: number,
  onSent: (endpoint: string) => void = () => {},
): HeldItem => {
  /** Locks are named after workers' places: the same place may take the same job again. */
  const by = randomUUID()
  const ending = new AbortController()
  const ended: EndedAttempt[] = []
  let out = 0
  let last: AttemptEnd | undefined
  let noted = false
  let sent: SentMark | undefined
  let lost = false

  const sending = async ({ endpoint, model }: { endpoint: string; model: string }): Promise<void> => {
    ending.signal.throwIfAborted()
    out++
    try {
      const mark = { at: Date.now(), endpoint, model }
      noted = true
      await writeNote(job, { by, sent: mark })
      lost = !(await job.extendLock(token, lockMs))
      if (lost)
        throw new LockLostError(`The item ${job.data.item.id} was taken over by another worker: it was not sent.`)
      sent = mark
      onSent(endpoint)
    } catch (error) {
      out--
      throw error
    }
  }
  return {
    signal: ending.signal,
    attempts: {
      sending,
      ended: (attempt) => {
        out--
        last = attempt
        ended.push({ at: Math.round(Date.now() - attempt.tookMs), model: sent?.model ?? '', end: attempt })
      },
    },
    ended,
    get last() {
      return last
    },
    get sent() {
      return sent
    },
    get out() {
      return out
    },
    get unsettled() {
      return out > 0 || (last !== undefined && last.billed !== 'no')
    },
    get lost() {
      return lost
    },
    settle: async () => {
      if (noted) await writeNote(job, { by, settled: ended })
    },
    release: () => {
      if (out === 0) ending.abort()
    },
  }
}
