/** A webhook did not take a notice. Says neither where it is nor what was sent: its address is a secret. */
export class WebhookFailedError extends Error {
  override readonly name = 'WebhookFailedError'
  readonly code = 'ERR_SPILLWAY_WEBHOOK_FAILED'
  /** What it answered; absent where it did not. */
  readonly status: number | undefined
  /** How long it asked to be left alone, in milliseconds. */
  readonly retryAfterMs: number | undefined

  constructor(status: number | undefined, retryAfterMs?: number) {
    super(
      status === undefined
        ? 'The webhook could not be reached.'
        : `The webhook answered ${status}: the notice was not taken.`,
    )
    this.status = status
    this.retryAfterMs = retryAfterMs
  }
}
