import type { CallContext, Operation, SpillwayError, Verdict } from '@spillway/core'

/**
 * The request's body is a stream and has been sent: nothing is left to send again. Tells the pipeline to stop; the caller
 * gets what the one attempt failed with, its `cause`.
 */
export class BodyNotRepeatableError extends Error implements SpillwayError {
  readonly isSpillwayError = true
  override readonly name = 'BodyNotRepeatableError'
  readonly code = 'ERR_SPILLWAY_BODY_NOT_REPEATABLE'
  readonly verdict: Verdict = { kind: 'request_failed', scope: 'request', sent: true, code: 'body_not_repeatable' }

  constructor(cause: unknown) {
    super('The body of this request is a stream, which can be sent once. Give a string, bytes, a Blob or a FormData.')
    this.cause = cause
  }
}

/** An operation that is run once, whatever the pipeline would do after a failure. */
export const once = <R>(operation: Operation<R>): Operation<R> => {
  let ran = false
  let failed: BodyNotRepeatableError | undefined
  return async (context: CallContext): Promise<R> => {
    // A limit ended the attempt before its own error could: the pipeline comes back.
    if (ran) throw failed ?? new BodyNotRepeatableError(context.call.lastError)
    ran = true
    try {
      return await operation(context)
    } catch (error) {
      failed = new BodyNotRepeatableError(error)
      throw failed
    }
  }
}
