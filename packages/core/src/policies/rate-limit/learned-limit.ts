import { SlidingQuota } from '../../primitives/sliding-quota.ts'

/** A minute, and a second for clocks and wires that differ: what the provider counts as one minute is in it. */
const LEARNED_OVER_MS = 61_000
/** Spendings are remembered by tenths of a second, so that a busy minute takes no more room than a quiet one. */
const STEP_MS = 100
/** So long without being throttled, and the limit is tried one higher. */
const CLEAN_MS = 180_000
/**
 * From the oldest request that counts to the end of the wait is a minute, or what is left of one. Less than half of it is
 * about seconds, more than two are about a day: the hint is obeyed then, and nothing is learned.
 */
const SHORTEST_SPAN_MS = 30_000
const LONGEST_HINT_MS = 2 * LEARNED_OVER_MS

/**
 * The provider's requests per minute, found out from what it throttles: what it admitted within the last 61 s when it
 * refused the next.
 */
export class LearnedLimit {
  readonly #admitted = new SlidingQuota(Infinity, LEARNED_OVER_MS, STEP_MS)
  #limit = Infinity
  /** When the limit was learned, confirmed or raised. */
  #heardAt = 0
  /** When it was set to what it is: refusals of earlier requests are still about the time before. */
  #setAt = 0

  /** Requests per minute; `Infinity` while nothing is known. */
  get limit(): number {
    return this.#limit
  }

  /** How much of it is used; `undefined` while nothing is known. */
  usage(now: number): { readonly permits: number; readonly used: number; readonly periodMs: number } | undefined {
    if (this.#limit === Infinity) return undefined
    return { permits: this.#limit, used: this.#admitted.used(now), periodMs: LEARNED_OVER_MS }
  }

  readyInMs(now: number): number {
    return this.#limit === Infinity ? 0 : this.#admitted.readyInMs(now, 1, this.#limitAt(now))
  }

  /** @param requests more than one where they are told of together */
  spend(now: number, requests = 1): void {
    if (this.#limit !== Infinity && this.#admitted.used(now) >= this.#limit) {
      this.#limit = this.#limitAt(now)
      this.#heardAt = now
    }
    this.#admitted.spend(now, requests)
  }

  /** The request never left. */
  giveBack(spentAt: number): void {
    this.#admitted.giveBack(spentAt, 1)
  }

  /** The provider throttled a request. */
  throttled(spentAt: number, hintMs: number, now: number): void {
    this.#admitted.giveBack(spentAt, 1)
    this.#heardAt = now
    const oldestAt = this.#admitted.oldestAt(now)
    // Where nothing of ours counts, others have used it all.
    if (oldestAt === undefined || hintMs > LONGEST_HINT_MS || now - oldestAt + hintMs < SHORTEST_SPAN_MS) return
    const admitted = this.#admitted.used(now)
    if (admitted >= this.#limit) return
    // Requests that the limit has paced: one too early by the provider's clock is no reason to lower it.
    const paced = spentAt > this.#setAt
    if (paced && admitted >= this.#limit - 1) return
    this.#limit = admitted
    this.#setAt = now
  }

  #limitAt(now: number): number {
    return this.#limit + (now - this.#heardAt >= CLEAN_MS ? 1 : 0)
  }
}
