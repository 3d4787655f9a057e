import type { SpillwayError } from '../kernel/spillway-error.ts'
import type { Verdict } from '../kernel/verdict.ts'

/** How an {@link overloadedUpstream} refuses: a 503, as the providers send it. Judged as `overloaded` without a classifier. */
export class UpstreamOverloadedError extends Error implements SpillwayError {
  readonly isSpillwayError = true
  override readonly name = 'UpstreamOverloadedError'
  readonly code = 'ERR_SPILLWAY_TESTING_UPSTREAM_OVERLOADED'
  readonly status = 503
  readonly verdict: Verdict
  readonly retryAfterMs?: number

  /** @param retryAfterMs the wait it asks for, in milliseconds */
  constructor(retryAfterMs?: number) {
    super('503: The model is overloaded. Please try again later.')
    const hint = retryAfterMs === undefined ? {} : { retryAfterMs }
    Object.assign(this, hint)
    this.verdict = { kind: 'overloaded', sent: true, billed: 'no', status: 503, ...hint }
  }
}
