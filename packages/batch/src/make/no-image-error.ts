import type { SpillwayError, Verdict } from '@spillway/core'

/** An endpoint has answered, and there is no picture in the answer: it was withheld, or there are only words. */
export class NoImageError extends Error implements SpillwayError {
  readonly isSpillwayError = true
  override readonly name = 'NoImageError'
  readonly code = 'ERR_SPILLWAY_BATCH_NO_IMAGE'
  /** `request_failed` where the picture was withheld, else `empty`. */
  readonly verdict: Verdict

  /** @param verdict how the answer was judged; its code says why, in a word of the provider's */
  constructor(endpoint: string, verdict: Verdict) {
    const what = verdict.kind === 'request_failed' ? 'withheld the picture' : 'answered without a picture'
    super(`${endpoint} ${what}${verdict.code === undefined ? '' : ` (${verdict.code})`}.`)
    this.verdict = verdict
  }
}
