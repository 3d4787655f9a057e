import type { AttemptEnd, AttemptListener } from '@spillway/batch'
import type { Job } from 'bullmq'
import { MOST_ATTEMPTS, type EndedAttempt, type SentMark, type WorkData } from './job-data.ts'

/** What is needed of the job. */
export type HeldJob = Pick<
  Job<WorkData>,
  'id' | 'data' | 'stalledCounter' | 'extendLock' | 'updateData' | 'moveToDelayed' | 'moveToWait'
>

/** The lock of a job has gone to another worker: this one has no say any more. */
class LockLostError extends Error {
  override readonly name = 'LockLostError'
}

/** An item in a worker's hands: what it has sent, and how to let go of it. */
export interface HeldItem {
  readonly signal: AbortSignal
  readonly attempts: AttemptListener
  /** Its requests that have ended, in the hands of other workers too. */
  readonly ended: readonly EndedAttempt[]
  /** The last request that has ended in these hands. */
  readonly last: AttemptEnd | undefined
  /** The last request that was written down. */
  readonly mark: SentMark | undefined
  /** A request is out, or nobody knows what became of the last. */
  readonly unsettled: boolean
  /** Another worker has the item. */
  readonly lost: boolean
  /** Lets go of what has not been sent; what has is waited for. */
  release(): void
}

/**
 * Writes down before each request that it leaves, and looks whether the job is still this worker's: a worker that was frozen
 * or cut off while another took over sends nothing. What it wrote meanwhile can only make an item count as sent that was not.
 */
export const holdItem = (
  job: HeldJob,
  token: string,
  lockMs: number,
  onSent: (endpoint: string) => void = () => {},
): HeldItem => {
  const ending = new AbortController()
  let out = 0
  let last: AttemptEnd | undefined
  let mark: SentMark | undefined
  let lost = false
  const ended = [...(job.data.attempts ?? [])]

  const sending = async ({ endpoint, model }: { endpoint: string; model: string }): Promise<void> => {
    ending.signal.throwIfAborted()
    out++
    try {
      mark = { token, at: Date.now(), endpoint, model }
      await job.updateData({ ...job.data, sent: mark })
      lost = !(await job.extendLock(token, lockMs))
      if (lost)
        throw new LockLostError(`The item ${job.data.item.id} was taken over by another worker: it was not sent.`)
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
        const at = Math.round(Date.now() - attempt.tookMs)
        if (ended.push({ at, model: mark?.model ?? '', end: attempt }) > MOST_ATTEMPTS) ended.shift()
      },
    },
    ended,
    get last() {
      return last
    },
    get mark() {
      return mark
    },
    get unsettled() {
      return out > 0 || (last !== undefined && last.billed !== 'no')
    },
    get lost() {
      return lost
    },
    release: () => {
      if (out === 0) ending.abort()
    },
  }
}
