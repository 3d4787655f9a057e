import { createHash } from 'node:crypto'
import type { AttemptEnd, BatchItem } from '@spillway/batch'
import type { VerdictKind } from '@spillway/core'

/** What stands in line: one item, with its prompt, and what its run says of it. Never a key. */
export interface WorkData {
  readonly run: string
  readonly item: BatchItem
  readonly idempotencyKey: string
  readonly onUnknown: 'skip' | 'again'
  readonly deadlineAt?: number
}

/** A request, for the books of the run. */
export interface EndedAttempt {
  /** When it left: wall milliseconds. */
  readonly at: number
  readonly model: string
  readonly end: AttemptEnd
}

/** A request that is out, or was. */
export interface SentMark {
  /** Wall milliseconds. */
  readonly at: number
  readonly endpoint: string
  readonly model: string
}

/** What comes back. */
export type ResultData = { readonly item: string; readonly attempts: readonly EndedAttempt[] } & Outcome

type Outcome =
  | {
      readonly status: 'done'
      readonly images: readonly { readonly base64: string; readonly mimeType?: string }[]
      readonly endpoint: string
      readonly model: string
      readonly usage?: Readonly<Record<string, number>>
    }
  | { readonly status: 'failed'; readonly error: FailedData }
  | { readonly status: 'unknown'; readonly sent: SentMark }

/** The name of the error of what was not sent in time: another start may have more of it. */
export const DEADLINE_PASSED = 'DeadlinePassedError'

/** An error, as far as it may travel. */
export interface FailedData {
  readonly name: string
  readonly message: string
  readonly code?: string
  readonly verdict: VerdictKind
  readonly httpStatus?: number
  readonly billed: 'no' | 'yes' | 'unknown'
  readonly endpoint?: string
  readonly model?: string
}

/** The queue with the results of a run: they stand there until the run has written them down. */
export const resultsName = (queue: string, run: string): string => `${queue}-results-${digest(run)}`

/**
 * The id of an item's job and of its result. The same item of the same run always has the same, whatever line it has moved to,
 * so that putting it in line twice makes nothing twice; BullMQ takes no colon in it, and no number.
 */
export const jobIdOf = (idempotencyKey: string): string => `i${digest(idempotencyKey)}`

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32)

/** The id of the report that nobody knows what became of an item: beside its result, which may still come. */
export const unknownIdOf = (id: string): string => `${id}u`
