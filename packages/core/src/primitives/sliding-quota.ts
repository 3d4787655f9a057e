/**
 * At most so many permits in any period, wherever it begins: the provider may count by the calendar minute or over the
 * last sixty seconds, and neither sees more. Remembers each spending until its period has passed. What was spent beyond
 * the permits is a debt: permits that come back pay it first.
 */
export class SlidingQuota {
  readonly permits: number
  readonly periodMs: number
  readonly #stepMs: number
  #spent = 0
  #debt = 0
  /** Instants and costs in pairs, oldest first, from `#head` on. */
  #log: number[] = []
  #head = 0

  /**
   * @param permits how many per period, above 0; `Infinity` only counts
   * @param periodMs the period in milliseconds
   * @param stepMs spendings within such a step share an entry and leave together, which bounds what is remembered
   */
  constructor(permits: number, periodMs: number, stepMs = 0) {
    this.permits = permits
    this.periodMs = periodMs
    this.#stepMs = stepMs
  }

  /** Permits in use now, debt included. */
  used(now: number): number {
    this.#forget(now)
    return this.#spent + this.#debt
  }

  /** When the oldest spending of the period was; `undefined`: nothing is spent. */
  oldestAt(now: number): number | undefined {
    this.#forget(now)
    for (let i = this.#head; i < this.#log.length; i += 2) if ((this.#log[i + 1] ?? 0) > 0) return this.#log[i]
    return undefined
  }

  /**
   * Milliseconds until `cost` can be spent: 0 = now. What costs more than the whole quota may go when nothing is spent.
   *
   * @param permits to be asked as if so many were its permits
   */
  readyInMs(now: number, cost: number, permits: number = this.permits): number {
    this.#forget(now)
    const excess = this.#spent + this.#debt + Math.min(cost, permits) - permits
    if (excess <= 0) return 0
    // Permits that come back pay the debt, and come back again a period later.
    const rounds = Math.max(0, Math.ceil((excess - this.#spent) / permits))
    let left = excess - rounds * permits
    for (let i = this.#head; i < this.#log.length; i += 2) {
      left -= this.#log[i + 1] ?? 0
      if (left <= 0) return (this.#log[i] ?? 0) + (rounds + 1) * this.periodMs - now
    }
    return (rounds + 1) * this.periodMs
  }

  /** Spends `cost`, whether there is room or not. */
  spend(now: number, cost: number): void {
    this.#forget(now)
    const room = Math.max(0, this.permits - this.#spent)
    const within = Math.min(cost, room)
    this.#debt += cost - within
    this.#enter(now, within)
  }

  /** Takes a spending back, or a part of it: what it was for has not happened. Debt goes first. */
  giveBack(spentAt: number, cost: number): void {
    const paid = Math.min(this.#debt, cost)
    this.#debt -= paid
    let left = cost - paid
    const at = this.#instant(spentAt)
    for (let i = this.#log.length - 2; i >= this.#head && left > 0; i -= 2) {
      if (this.#log[i] !== at) continue
      const part = Math.min(left, this.#log[i + 1] ?? 0)
      this.#log[i + 1] = (this.#log[i + 1] ?? 0) - part
      this.#spent -= part
      left -= part
    }
  }

  #instant(now: number): number {
    return this.#stepMs === 0 ? now : Math.ceil(now / this.#stepMs) * this.#stepMs
  }

  #enter(now: number, cost: number): void {
    if (cost === 0) return
    const at = this.#instant(now)
    const last = this.#log.length - 2
    if (last >= this.#head && this.#log[last] === at) this.#log[last + 1] = (this.#log[last + 1] ?? 0) + cost
    else this.#log.push(at, cost)
    this.#spent += cost
  }

  #forget(now: number): void {
    while (this.#head < this.#log.length && (this.#log[this.#head] ?? 0) + this.periodMs <= now) {
      const backAt = (this.#log[this.#head] ?? 0) + this.periodMs
      const back = this.#log[this.#head + 1] ?? 0
      this.#head += 2
      this.#spent -= back
      const paid = Math.min(back, this.#debt)
      this.#debt -= paid
      this.#enter(backAt, paid)
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
