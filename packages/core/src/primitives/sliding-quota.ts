/**
 * At most so many permits in any period, wherever it begins: the provider may count by the calendar minute or over the
 * last sixty seconds, and neither sees more. Remembers each spending until its period has passed.
 */
export class SlidingQuota {
  readonly permits: number
  readonly periodMs: number
  #spent = 0
  /** Instants and costs in pairs, oldest first, from `#head` on. */
  #log: number[] = []
  #head = 0

  constructor(permits: number, periodMs: number) {
    this.permits = permits
    this.periodMs = periodMs
  }

  /** Permits in use now. */
  used(now: number): number {
    this.#forget(now)
    return this.#spent
  }

  /** Milliseconds until `cost` can be spent: 0 = now. What costs more than the whole quota may go when nothing is spent. */
  readyInMs(now: number, cost: number): number {
    this.#forget(now)
    let excess = this.#spent + Math.min(cost, this.permits) - this.permits
    if (excess <= 0) return 0
    for (let i = this.#head; i < this.#log.length; i += 2) {
      excess -= this.#log[i + 1] ?? 0
      if (excess <= 0) return (this.#log[i] ?? 0) + this.periodMs - now
    }
    return this.periodMs
  }

  spend(now: number, cost: number): void {
    this.#log.push(now, cost)
    this.#spent += cost
  }

  /** Takes a spending back: what it was for has not happened. */
  giveBack(spentAt: number, cost: number): void {
    for (let i = this.#log.length - 2; i >= this.#head; i -= 2) {
      if (this.#log[i] !== spentAt || this.#log[i + 1] !== cost) continue
      this.#log[i + 1] = 0
      this.#spent -= cost
      return
    }
  }

  #forget(now: number): void {
    while (this.#head < this.#log.length && (this.#log[this.#head] ?? 0) + this.periodMs <= now) {
      this.#spent -= this.#log[this.#head + 1] ?? 0
      this.#head += 2
    }
    if (this.#head === this.#log.length) {
      this.#log = []
      this.#head = 0
      this.#spent = 0
    } else if (this.#head > 1024 && this.#head * 2 > this.#log.length) {
      this.#log = this.#log.slice(this.#head)
      this.#head = 0
    }
  }
}
