import type { VerdictKind } from '../../kernel/verdict.ts'
import { MovingAverage } from '../../primitives/moving-average.ts'
import { MovingQuantile } from '../../primitives/moving-quantile.ts'

/** The newest outcome counts half: overload comes and goes within a minute, and attempts are few. */
const FAILURE_WEIGHT_RATIO = 0.5
/** An endpoint that nobody asks any more is forgiven: after five minutes half of what is held against it is forgotten. */
const HALF_LIFE_MS = 300_000
/** How many answers say how late a late one is, and how many it takes to say so. */
const ANSWERS_REMEMBERED = 32
const ANSWERS_FOR_A_QUANTILE = 5
const DURATION_WEIGHT_RATIO = 0.3
/** What a refusal costs a call besides its own time: the wait before the next try. */
const AFTER_FAILURE_MS = 2000

/** Whether an endpoint is to blame for an outcome; `undefined` says nothing about it. */
const FAILED: Partial<Record<VerdictKind, boolean>> = {
  success: false,
  empty: false,
  overloaded: true,
  throttled: true,
  quota_exhausted: true,
  transient: true,
  endpoint_failed: true,
}

/** What the calls themselves have shown of one endpoint. */
export class EndpointHealth {
  readonly #failureRatio = new MovingAverage(FAILURE_WEIGHT_RATIO, HALF_LIFE_MS)
  readonly #answerMs = new MovingAverage(DURATION_WEIGHT_RATIO)
  readonly #recentMs = new MovingQuantile(ANSWERS_REMEMBERED)
  readonly #failureMs = new MovingAverage(DURATION_WEIGHT_RATIO)
  /** When the last attempt ended. */
  #heardAt = 0
  /** Ended attempts that said something about it. */
  attempts = 0
  /** When each attempt in flight began, oldest first. */
  readonly #inFlight = new Set<{ readonly at: number }>()

  /** An attempt begins. Gives back how to say how it ended. */
  begin(now: number): (kind: VerdictKind, now: number) => void {
    const attempt = { at: now }
    this.#inFlight.add(attempt)
    return (kind, endedAt) => {
      this.#inFlight.delete(attempt)
      this.#heardAt = endedAt
      const failed = FAILED[kind]
      if (failed === undefined) return
      this.attempts++
      this.#failureRatio.add(failed ? 1 : 0, endedAt)
      if (!failed) this.#recentMs.add(endedAt - now)
      ;(failed ? this.#failureMs : this.#answerMs).add(endedAt - now, endedAt)
    }
  }

  /** A stream ended badly after it had begun well. */
  broke(kind: VerdictKind, now: number): void {
    if (FAILED[kind]) this.#failureRatio.add(1, now)
  }

  /** Expected milliseconds from asking to a useful answer, tries that fail on the way included. */
  expectedAnswerMs(now: number): number {
    const failureRatio = Math.min(0.95, this.failureRatio(now))
    const failuresBefore = failureRatio / (1 - failureRatio)
    // What is still unanswered has taken at least that long: an endpoint that slows down shows before it answers.
    const answerMs = Math.max(this.answerMs(now), this.#oldestMs(now))
    return answerMs + failuresBefore * (this.#failureMs.at(now) + AFTER_FAILURE_MS)
  }

  /** The share of recent attempts that it failed, from 0 to 1. */
  failureRatio(now: number): number {
    return this.#failureRatio.at(now)
  }

  /** How long its recent answers took; half after five minutes in which nobody asked it, so that it is tried again. */
  answerMs(now: number): number {
    return this.#forgiven(this.lastAnswerMs, now)
  }

  /**
   * With less time left than this a call is not worth sending: nine in ten of its recent answers came sooner, or the
   * average while there are few. Forgiven like `answerMs`.
   */
  slowAnswerMs(now: number): number {
    const known = this.#recentMs.count >= ANSWERS_FOR_A_QUANTILE
    return this.#forgiven(known ? (this.#recentMs.quantile(0.9) ?? 0) : this.lastAnswerMs, now)
  }

  /** How long its last answers took, whenever that was. 0: none yet. */
  get lastAnswerMs(): number {
    return this.#answerMs.at(0)
  }

  get inFlight(): number {
    return this.#inFlight.size
  }

  #forgiven(ms: number, now: number): number {
    return ms * 0.5 ** (Math.max(0, now - this.#heardAt) / HALF_LIFE_MS)
  }

  #oldestMs(now: number): number {
    for (const { at } of this.#inFlight) return now - at
    return 0
  }
}
