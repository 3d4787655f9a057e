import type { SpillwayError, Verdict } from '@spillway/core'

/** The stream ended without its terminal marker: what came is not the whole answer. */
export class StreamTruncatedError extends Error implements SpillwayError {
  readonly isSpillwayError = true
  // Not `AbortError`: clients take that for the caller's own wish and end in silence.
  override readonly name = 'StreamTruncatedError'
  readonly code = 'ERR_SPILLWAY_STREAM_TRUNCATED'
  readonly verdict: Verdict = { kind: 'transient', sent: true, billed: 'unknown', code: 'stream_truncated' }
  /** How many events with content came before. 0: the caller has seen nothing of it. */
  readonly contentEvents: number

  constructor(contentEvents: number, cause?: unknown) {
    super(`The stream ended after ${contentEvents} events with content, without the provider's end marker.`)
    this.contentEvents = contentEvents
    if (cause !== undefined) this.cause = cause
  }
}
