import type { Classifier, Verdict } from '@spillway/core'
import { handover, judge, type Handover } from '../handover/handover.ts'
import { HANDOVER_DEFAULTS } from '../handover/handover-options.ts'
import type { HeldItem } from './held-item.ts'
import type { FailedData, ResultData, WorkData } from './job-data.ts'

/** What is to be done with an item that was not made. */
export type FailedItem =
  /** The job waits, with what is known of it now. */
  | { readonly becomes: Handover; readonly data: WorkData; readonly verdict: Verdict; readonly unfit: boolean }
  /** The run hears of it. */
  | { readonly result: ResultData; readonly verdict: Verdict }
  /** Not this worker's to decide: another has the job, or will find that a request was out. */
  | 'leave'

/** Decides what becomes of an item whose maker failed with `error`. */
export const failedItem = (
  error: unknown,
  held: HeldItem,
  data: WorkData,
  { idempotent }: { readonly idempotent: boolean },
): FailedItem => {
  const { sent: _, ...rest } = data
  const { ended: attempts } = held
  const unsent = { ...rest, attempts }
  if (held.lost) return 'leave'
  const judged = judge(error, judgedBy(held))
  const { verdict } = judged
  const { kind } = verdict
  const giveBack = { becomes: { to: 'give_back' } as const, data: unsent, verdict }
  if (held.signal.aborted) return held.unsettled ? 'leave' : { ...giveBack, unfit: false }
  if (isUnfit(held)) return { ...giveBack, unfit: true }
  const failures = (data.failures?.[kind] ?? 0) + 1
  const decided = handover({
    ...HANDOVER_DEFAULTS,
    ...judged,
    failures,
    repeatable: idempotent || data.onUnknown === 'again',
    leftMs: (data.deadlineAt ?? Infinity) - Date.now(),
  })
  if (decided.to === 'fail_job')
    return {
      verdict,
      result: { status: 'failed', item: data.item.id, attempts, error: failedData(error, verdict, held) },
    }
  return {
    becomes: decided,
    data: { ...unsent, failures: { ...data.failures, [kind]: failures } },
    verdict,
    unfit: false,
  }
}

/** A model that is not there is the item's mistake as often as the worker's. */
const NOT_THERE: ReadonlySet<number | undefined> = new Set([404, 410])

/** A worker with a wrong key would otherwise fail item after item, faster than any that works. */
const isUnfit = ({ last }: HeldItem): boolean => last?.verdict === 'endpoint_failed' && !NOT_THERE.has(last.status)

/** Errors of an official client were judged when they came. Without a request nothing can have been paid. */
const judgedBy = ({ last, mark }: HeldItem): Classifier => ({
  error: () => {
    if (last === undefined) return { kind: 'transient', ...(mark === undefined && { sent: false }) }
    const { verdict: kind, billed, status, retryAfterMs } = last
    return { kind, sent: true, billed, ...(status && { status }), ...(retryAfterMs !== undefined && { retryAfterMs }) }
  },
})

const failedData = (error: unknown, verdict: Verdict, { last, mark }: HeldItem): FailedData => {
  const thrown: Error & { readonly code?: unknown } = error instanceof Error ? error : new Error(String(error))
  const { name, message, code } = thrown
  return {
    name,
    message,
    verdict: verdict.kind,
    billed: last?.billed ?? verdict.billed ?? 'no',
    ...(typeof code === 'string' && { code }),
    ...(last?.status !== undefined && { httpStatus: last.status }),
    ...(mark !== undefined && { endpoint: mark.endpoint, model: mark.model }),
  }
}
