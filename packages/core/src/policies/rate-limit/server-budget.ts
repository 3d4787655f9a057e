import type { ServerLimit } from '../../kernel/provider-report.ts'

/** However far off a reset is said to be: after a minute one call asks again, because some limits refill little by little. */
const LONGEST_HOLD_MS = 61_000

/** What the provider says is left of one of its limits, less what has been sent since. */
export class ServerBudget {
  #limit = Infinity
  #remaining = Infinity
  #resetsAt = -Infinity

  /** What is left now; `Infinity`: not known. */
  remaining(now: number): number {
    return now < this.#resetsAt ? this.#remaining : Infinity
  }

  /** How much of the limit is used; `undefined` where the provider has not said both. */
  usage(now: number): { readonly permits: number; readonly used: number } | undefined {
    const remaining = this.remaining(now)
    if (this.#limit === Infinity || remaining === Infinity) return undefined
    return { permits: this.#limit, used: this.#limit - remaining }
  }

  readyInMs(now: number, cost: number): number {
    // With nothing left not even a call of unknown cost goes through.
    const needed = Math.min(Math.max(cost, 1), this.#limit)
    return this.remaining(now) >= needed ? 0 : this.#resetsAt - now
  }

  spend(cost: number): void {
    this.#remaining -= cost
  }

  /**
   * @param limit what an answer says
   * @param sentSince what was sent after the request that it answers: it may not be counted yet
   */
  heard({ limit, remaining, resetMs }: ServerLimit, sentSince: number, now: number): void {
    if (limit !== undefined && limit > 0) this.#limit = limit
    if (remaining === undefined || resetMs === undefined || !(remaining >= 0) || !(resetMs > 0)) return
    this.#remaining = remaining - sentSince
    this.#resetsAt = now + Math.min(resetMs, LONGEST_HOLD_MS)
  }
}
