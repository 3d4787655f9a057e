import type { SpillwayError } from '../../kernel/spillway-error.ts'
import type { Verdict } from '../../kernel/verdict.ts'

/** A stream ended without the part that marks its end: what came is not the whole answer. */
export class StreamTruncatedError extends Error implements SpillwayError {
  readonly isSpillwayError = true
  override readonly name = 'StreamTruncatedError'
  readonly code = 'ERR_SPILLWAY_STREAM_TRUNCATED'
  readonly verdict: Verdict = { kind: 'transient', sent: true, billed: 'unknown', code: 'stream_truncated' }
  /** How many parts with content came before. 0: the caller has seen nothing of it. */
  readonly contentParts: number

  /** @param cause what broke the stream, where something did */
  constructor(contentParts: number, cause?: unknown) {
    super(`The stream ended after ${contentParts} parts with content, without the part that marks its end.`)
    this.contentParts = contentParts
    if (cause !== undefined) this.cause = cause
  }
}
