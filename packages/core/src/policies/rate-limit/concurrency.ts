import type { ConcurrencyPlan } from './shared-quota-store.ts'

/** Rounding must not take a place away: a third of 3 is a little less than 1. */
const ROUNDING = 1e-9

/** How many calls are at work, of so many that may be at once. */
export class Concurrency {
  readonly #limit: number
  #running = 0

  constructor({ maxConcurrency }: ConcurrencyPlan) {
    this.#limit = maxConcurrency
  }

  get limit(): number {
    return this.#limit
  }

  get running(): number {
    return this.#running
  }

  /**
   * 0: one more may begin. `Infinity`: when one ends, and nobody knows when that is.
   *
   * @param share the part of the places that may be taken: nobody is left without any
   */
  readyInMs(share = 1): number {
    return this.#running < Math.max(1, Math.floor(this.#limit * share + ROUNDING)) ? 0 : Infinity
  }

  begin(): void {
    this.#running++
  }

  end(): void {
    this.#running--
  }
}
