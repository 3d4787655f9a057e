import { isSpillwayError, type Classifier, type SpillwayError, type Verdict, type VerdictKind } from '@spillway/core'
import type { HandoverOptions } from './handover-options.ts'

/** What becomes of a job whose work has failed. The queue does the waiting, so that the worker's place is free meanwhile. */
export type Handover =
  /** Everybody's pace is too high, or everybody's quota spent: no worker takes a job for so long. */
  | { readonly to: 'pause_queue'; readonly waitMs: number }
  /** This job waits; others go on. `forAll`: here they would all be refused for as long. */
  | { readonly to: 'delay_job'; readonly waitMs: number; readonly forAll?: boolean }
  /** The worker was stopped before it had sent anything: the job stands in line as before. */
  | { readonly to: 'give_back' }
  /** Nothing more to try, or nothing more that is allowed. */
  | { readonly to: 'fail_job' }

const FAIL: Handover = { to: 'fail_job' }

/** Where what a policy refused waits in vain: it would be refused again. */
const REFUSED_FOR_GOOD: ReadonlySet<unknown> = new Set(['not_allowed', 'isolated'])
const COST_LIMIT = 'ERR_SPILLWAY_COST_LIMIT_EXCEEDED'
const RATE_LIMIT = 'ERR_SPILLWAY_RATE_LIMIT_EXCEEDED'
/** Whoever asks next would be told the same. */
const NOT_READY: ReadonlySet<string | undefined> = new Set([
  'ERR_SPILLWAY_NO_ENDPOINT_READY',
  'ERR_SPILLWAY_CIRCUIT_OPEN',
])

/** What a policy refused without a wait is tried again after. */
const REFUSED_MS = 1000

/** First waits, their factor and their cap: those of `retry`. Overload does not grow, for the reason given there. */
const WAITS: Partial<Record<VerdictKind, { readonly firstMs: number; readonly factor: number }>> = {
  overloaded: { firstMs: 2000, factor: 1 },
  throttled: { firstMs: 1000, factor: 2 },
  transient: { firstMs: 500, factor: 2 },
}
const LONGEST_BACKOFF_MS = 30_000

interface Failed extends Judged, Required<HandoverOptions> {
  /** How often the job's work has failed, this time included. */
  readonly failures: number
}

/** Decides by the verdict alone; what waits longer than its deadline allows fails now, and somebody hears of it. */
export const handover = (failed: Failed): Handover => {
  const decided = DECISIONS[failed.verdict.kind](failed)
  return 'waitMs' in decided && decided.waitMs > failed.leftMs ? FAIL : decided
}

/** Left for the queue to wait out, unless the request may have been paid for and must not be twice. */
const again = (failed: Failed): Handover =>
  mayHaveBeenPaid(failed.verdict) && !failed.repeatable ? FAIL : { to: 'delay_job', waitMs: waitOf(failed) }

const DECISIONS: Readonly<Record<VerdictKind, (failed: Failed) => Handover>> = {
  canceled: () => ({ to: 'give_back' }),
  throttled: (failed) => ({ to: 'pause_queue', waitMs: waitOf(failed) }),
  quota_exhausted: ({ verdict: { retryAfterMs } }) =>
    retryAfterMs === undefined ? FAIL : { to: 'pause_queue', waitMs: retryAfterMs },
  overloaded: again,
  transient: again,
  empty: ({ verdict, failures, maxRerolls }) =>
    failures > maxRerolls ? FAIL : { to: 'delay_job', waitMs: verdict.retryAfterMs ?? 0 },
  rejected: (failed) => refused(failed),
  endpoint_failed: () => FAIL,
  request_failed: () => FAIL,
  success: () => FAIL,
}

/** What was surely not carried out may be sent again; what nobody knows counts as carried out. */
const mayHaveBeenPaid = ({ sent, billed }: Verdict): boolean => sent !== false && billed !== 'no'

const refused = ({ ours, verdict }: Failed): Handover => {
  const { code, reason }: { code?: string; reason?: unknown } = ours ?? {}
  if (code === COST_LIMIT || REFUSED_FOR_GOOD.has(reason)) return FAIL
  const waitMs = verdict.retryAfterMs ?? REFUSED_MS
  if (code === RATE_LIMIT) return { to: 'pause_queue', waitMs }
  return { to: 'delay_job', waitMs, forAll: NOT_READY.has(code) }
}

/** The server's wait is a minimum; where it gave none, that of `retry`, spread over half to one and a half of it. */
const waitOf = ({ verdict, failures, random }: Failed): number => {
  const { firstMs, factor } = WAITS[verdict.kind] ?? { firstMs: REFUSED_MS, factor: 1 }
  const backoffMs = Math.min(LONGEST_BACKOFF_MS, firstMs * factor ** (failures - 1)) * (0.5 + random())
  return Math.round(Math.max(backoffMs, verdict.retryAfterMs ?? 0))
}

/** Clients wrap what their `fetch` throws. */
const DEEPEST_CAUSE = 5

interface Judged {
  readonly verdict: Verdict
  /** The error of Spillway that it is, or that is behind a client's. */
  readonly ours?: SpillwayError
}

/** What an error means: ours say it themselves, the others are judged by the classifier. */
export const judge = (error: unknown, classifier: Classifier): Judged => {
  let at = error
  for (let depth = 0; depth < DEEPEST_CAUSE && typeof at === 'object' && at !== null; depth++) {
    if (isSpillwayError(at)) return { verdict: at.verdict, ours: at }
    at = (at as { readonly cause?: unknown }).cause
  }
  return { verdict: classifier.error(error) ?? TRANSIENT }
}

const TRANSIENT: Verdict = { kind: 'transient' }
