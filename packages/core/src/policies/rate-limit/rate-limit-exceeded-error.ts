import { rejected, type RejectedError } from '../../kernel/spillway-error.ts'

/** No permit in time. */
export class RateLimitExceededError extends Error implements RejectedError {
  readonly isSpillwayError = true
  override readonly name = 'RateLimitExceededError'
  readonly code = 'ERR_SPILLWAY_RATE_LIMIT_EXCEEDED'
  readonly verdict: RejectedError['verdict']
  /** The queue had no seat left, no permit comes in time, the store cannot be asked, or the pipeline was disposed of meanwhile. */
  readonly reason: 'queue_full' | 'waited_too_long' | 'store_unavailable' | 'disposed'
  /** Milliseconds until there would be a permit, where that is known. */
  readonly retryAfterMs?: number

  /**
   * @param policy the limiter's name
   * @param partition which share of its permits, empty where there is one only
   * @param reason why there is no permit
   * @param retryAfterMs milliseconds until there would be one, where that is known
   * @param cause what the call's last attempt failed with, where there was one
   */
  constructor(
    policy: string,
    partition: string,
    reason: RateLimitExceededError['reason'],
    retryAfterMs?: number,
    cause?: unknown,
  ) {
    const where = partition === '' ? policy : `${policy} (${partition})`
    const when = retryAfterMs === undefined ? '' : ` One is due in ${Math.ceil(retryAfterMs)} ms.`
    super(`${where}: ${WHY[reason]}${when}${HELP[reason]}`, cause === undefined ? undefined : { cause })
    this.reason = reason
    this.verdict = rejected(retryAfterMs, 'endpoint')
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs
  }
}

/** Nothing was refused: whoever chose the endpoint takes the call back. */
export class NotYetError extends RateLimitExceededError {
  override readonly verdict: RejectedError['verdict']

  /** @param freed settles when it is worth looking again, where that may be any time */
  constructor(policy: string, partition: string, retryAfterMs: number | undefined, freed?: PromiseLike<void>) {
    super(policy, partition, 'waited_too_long', retryAfterMs)
    this.verdict = { ...rejected(retryAfterMs, 'endpoint'), notYet: freed ?? true }
  }
}

const WHY = {
  queue_full: 'no permit is free and the queue is full.',
  waited_too_long: 'no permit becomes free in time.',
  store_unavailable: 'the store of the shared quotas cannot be asked.',
  disposed: 'the pipeline was disposed of while the call waited for a permit.',
} as const

const HELP = {
  queue_full: ' Send less, or raise queueLimit.',
  waited_too_long: " Send less, or raise maxWaitMs or the call's own deadline.",
  store_unavailable: ' Look at the store, or let each process spend its share meanwhile.',
  disposed: '',
} as const
