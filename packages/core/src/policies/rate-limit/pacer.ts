/** How much may go at once: a tenth of the quota, and one in any case. */
const BURST_RATIO = 0.1

/**
 * One permit each `periodMs / permits`, with a small burst after a pause. What was spent beyond that is waited for
 * afterwards. It spreads what a quota allows; the quota itself still bounds it.
 */
export class Pacer {
  readonly #permitMs: number
  readonly #burst: number
  /** When all that was spent has been waited for. */
  #evenAt = -Infinity

  constructor(permits: number, periodMs: number) {
    this.#permitMs = periodMs / permits
    this.#burst = Math.max(1, permits * BURST_RATIO)
  }

  /** Milliseconds until `cost` can be spent: 0 = now. What costs more than the burst may go when nothing is spent. */
  readyInMs(now: number, cost: number): number {
    if (cost === 0) return 0
    const ahead = (this.#burst - Math.min(cost, this.#burst)) * this.#permitMs
    return Math.max(0, this.#evenAt - now - ahead)
  }

  spend(now: number, cost: number): void {
    this.#evenAt = Math.max(now, this.#evenAt) + cost * this.#permitMs
  }

  /** Takes a spending back, or a part of it. */
  giveBack(cost: number): void {
    this.#evenAt -= cost * this.#permitMs
  }
}
