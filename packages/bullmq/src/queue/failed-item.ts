import type { Classifier, Verdict } from '@spillway/core'
import { handover, judge, type Handover } from '../handover/handover.ts'
import { HANDOVER_DEFAULTS } from '../handover/handover-options.ts'
import type { HeldItem } from './held-item.ts'
import type { EndedAttempt, FailedData, ResultData, WorkData } from './job-data.ts'

/** What is to be done with an item that was not made. */
export type FailedItem =
  /** Nothing of it is out: the job waits. */
  | { readonly becomes: Handover; readonly unfit: boolean }
  /** The run hears of it. */
  | { readonly result: ResultData }
  /** Not this worker's to decide: another has the job, or will find that a request was out. */
  | 'leave'

/**
 * Decides what becomes of an item whose maker failed with `error`.
 *
 * @param attempts its requests that have ended, those in these hands included
 */
export const failedItem = (
  error: unknown,
  held: HeldItem,
  { item: { id: item }, onUnknown, deadlineAt = Infinity }: WorkData,
  { attempts, idempotent }: { readonly attempts: readonly EndedAttempt[]; readonly idempotent: boolean },
): FailedItem => {
  if (held.lost) return 'leave'
  if (held.signal.aborted) return held.unsettled ? 'leave' : { becomes: { to: 'give_back' }, unfit: false }
  if (isUnfit(held)) return { becomes: { to: 'give_back' }, unfit: true }
  const judged = judge(error, judgedBy(held))
  const { verdict } = judged
  const becomes = handover({
    ...HANDOVER_DEFAULTS,
    ...judged,
    // Its run ends before: what it has left then it asks for in its next start.
    leftMs: Infinity,
    failures: Math.max(1, attempts.filter(({ end }) => end.verdict === verdict.kind).length),
    repeatable: idempotent || onUnknown === 'again',
  })
  if ('waitMs' in becomes)
    return {
      becomes: { ...becomes, waitMs: Math.min(becomes.waitMs, Math.max(0, deadlineAt - Date.now())) },
      unfit: false,
    }
  if (becomes.to === 'give_back') return { becomes, unfit: false }
  // Its maker broke: what it had sent is still on its way.
  if (held.out > 0 && held.sent !== undefined) return { result: { status: 'unknown', item, attempts, sent: held.sent } }
  return { result: { status: 'failed', item, attempts, error: failedData(error, verdict, held) } }
}

/** A model that is not there is the item's mistake as often as the worker's. */
const NOT_THERE: ReadonlySet<number | undefined> = new Set([404, 410])

/** A worker with a wrong key would otherwise fail item after item, faster than any that works. */
const isUnfit = ({ last }: HeldItem): boolean => last?.verdict === 'endpoint_failed' && !NOT_THERE.has(last.status)

/** Errors of an official client were judged when they came. Without a request nothing can have been paid. */
const judgedBy = ({ last, sent }: HeldItem): Classifier => ({
  error: () => {
    if (last === undefined) return { kind: 'transient', ...(sent === undefined && { sent: false }) }
    const { verdict: kind, billed, status, retryAfterMs } = last
    return { kind, sent: true, billed, ...(status && { status }), ...(retryAfterMs !== undefined && { retryAfterMs }) }
  },
})

const failedData = (error: unknown, verdict: Verdict, { last, sent }: HeldItem): FailedData => {
  const thrown: Error & { readonly code?: unknown } = error instanceof Error ? error : new Error(String(error))
  const { name, message, code } = thrown
  return {
    name,
    message,
    verdict: verdict.kind,
    billed: last?.billed ?? verdict.billed ?? 'no',
    ...(typeof code === 'string' && { code }),
    ...(last?.status !== undefined && { httpStatus: last.status }),
    ...(sent !== undefined && { endpoint: sent.endpoint, model: sent.model }),
  }
}
