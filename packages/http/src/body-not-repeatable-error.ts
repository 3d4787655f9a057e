import type { SpillwayError, Verdict } from '@spillway/core'

/** The request's body was a stream and has been sent: there is nothing left to send again. */
export class BodyNotRepeatableError extends Error implements SpillwayError {
  readonly isSpillwayError = true
  override readonly name = 'BodyNotRepeatableError'
  readonly code = 'ERR_SPILLWAY_BODY_NOT_REPEATABLE'
  readonly verdict: Verdict = { kind: 'request_failed', scope: 'request', sent: false, billed: 'no' }

  constructor(cause: unknown) {
    super('The body of this request is a stream, which can be sent once. Give a string, bytes, a Blob or a FormData.')
    this.cause = cause
  }
}
