import type { SpillwayError, Verdict } from '@spillway/core'

/**
 * A status feed could not be read: it answered with an error, with something else than its schema, with too much, or not at
 * all. That says nothing about the provider: its status is `unknown`.
 */
export class FeedFailedError extends Error implements SpillwayError {
  readonly isSpillwayError = true
  override readonly name = 'FeedFailedError'
  readonly code = 'ERR_SPILLWAY_FEED_FAILED'
  readonly verdict: Verdict = { kind: 'transient', scope: 'endpoint', sent: true, billed: 'no' }
  /** The feed's name. */
  readonly feed: string
  /** Why, in words that hold nothing of the answer, no address beyond its origin, and no token. */
  readonly reason: string
  /** Milliseconds for which the server asks to be left alone, where it does. */
  readonly retryAfterMs?: number

  constructor(feed: string, reason: string, { retryAfterMs, cause }: { retryAfterMs?: number; cause?: unknown } = {}) {
    super(`The status feed ${feed} could not be read: ${reason}.`, cause === undefined ? {} : { cause })
    this.feed = feed
    this.reason = reason
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs
  }
}
