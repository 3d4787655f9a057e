import type { SpillwayError, Verdict } from '@spillway/core'

/**
 * An answer is longer than any that makes sense: it was not read to its end, because it would fill the memory. Another
 * endpoint may do better.
 */
export class AnswerTooLargeError extends Error implements SpillwayError {
  readonly isSpillwayError = true
  override readonly name = 'AnswerTooLargeError'
  readonly code = 'ERR_SPILLWAY_ANSWER_TOO_LARGE'
  readonly verdict: Verdict = {
    kind: 'endpoint_failed',
    scope: 'endpoint',
    sent: true,
    billed: 'unknown',
    code: 'answer_too_large',
  }
  /** How many bytes would have been read. */
  readonly maxBytes: number

  constructor(maxBytes: number) {
    super(
      `The answer is longer than ${maxBytes} bytes and was not read to its end. Raise maxAnswerBytes if it has to be.`,
    )
    this.maxBytes = maxBytes
  }
}
