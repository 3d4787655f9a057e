import {
  type CallContext,
  type Costs,
  expectedUsage,
  type Outcome,
  type PastUse,
  type StandardPipelineOptions,
} from '@spillway/core'
import type { PolicyOptions } from './policy-file.ts'

/** A hung request is found by nothing else, because a picture is not asked for twice; the official client's own limit. */
const ATTEMPT_MS = 600_000

/**
 * What differs from the standard pipeline for work that has a night: no limit on the call but the run's deadline, one of ten
 * minutes on an attempt.
 */
export const BATCH_POLICY: PolicyOptions = { timeout: { totalMs: Infinity, attemptMs: ATTEMPT_MS } }

/**
 * The options of a run's pipeline, whether it asks or is only played. What `policy` says wins.
 *
 * @param usedBefore of the quotas, by earlier starts
 */
export const pipelineOptions = (
  policy: PolicyOptions,
  usedBefore: readonly PastUse[] = [],
): StandardPipelineOptions => ({
  ...BATCH_POLICY,
  ...policy,
  timeout: { ...BATCH_POLICY.timeout, ...policy.timeout },
  ...(policy.retry !== false && { retry: { shouldHandle: mendsItself, ...policy.retry } }),
  ...(policy.rateLimit !== false && {
    rateLimit: { cost: costOf, ...(usedBefore.length > 0 && { usedBefore }), ...policy.rateLimit },
  }),
})

/** What a request is expected to use, towards quotas. */
const costOf = (context: CallContext): Costs => {
  const { inputTokens = 0, outputTokens = 0, images = 1 } = context.get(expectedUsage) ?? {}
  return { requests: 1, tokens: inputTokens + outputTokens, images }
}

/** A night is long enough to wait for a quota that comes back, where it is known when. */
const mendsItself = ({ verdict: { kind, retryAfterMs } }: Outcome<unknown>): boolean =>
  ['overloaded', 'throttled', 'transient', 'empty'].includes(kind) ||
  (kind === 'quota_exhausted' && retryAfterMs !== undefined)
