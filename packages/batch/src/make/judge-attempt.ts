import { type CallContext, isSpillwayError, type Verdict } from '@spillway/core'
import type { AttemptEnd } from './make.ts'
import type { Heard } from './place/sending.ts'

const SUCCESS: Verdict = { kind: 'success', billed: 'yes' }
const CANCELED: Verdict = { kind: 'canceled' }
/** The client itself refuses what it is asked: nothing has left. */
const NOT_SENT: Verdict = { kind: 'request_failed', sent: false, billed: 'no' }
const EMPTY: Verdict = { kind: 'empty', sent: true, billed: 'unknown' }

/** What an answer with so many pictures is worth. */
export const verdictOnAnswer = (images: number, { verdict }: Heard): Verdict => {
  if (images > 0) return SUCCESS
  return verdict === undefined || verdict.kind === 'success' ? EMPTY : verdict
}

/** What it means that there is no answer. */
export const verdictOnError = (error: unknown, { verdict }: Heard, context: CallContext): Verdict => {
  if (!context.aborted) return isSpillwayError(error) ? error.verdict : (verdict ?? NOT_SENT)
  // A limit of ours says itself what it means. Whether what was cut off is made and billed, nobody knows.
  const { kind } = isSpillwayError(context.reason) ? context.reason.verdict : CANCELED
  return { kind, billed: verdict?.sent === false ? 'no' : 'unknown' }
}

/** The same, for whoever writes it down. */
export const endOf = (verdict: Verdict): Omit<AttemptEnd, 'endpoint' | 'tookMs'> => {
  const { kind, status, code, retryAfterMs, billed = 'unknown', sent } = verdict
  return {
    verdict: kind,
    billed: sent === false ? 'no' : billed,
    ...(status !== undefined && { status }),
    ...(code !== undefined && { code }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  }
}
