/** Sums of amounts such as 0.1 are a little more than they should be. */
const ROUNDING_RATIO = 1e-9

/** Counts what the attempts of a run have cost, and what those at work should. */
export class Budget {
  #spent: number
  #reserved = 0
  /** Requests for which something is kept: sums of amounts do not end at 0. */
  #kept = 0
  readonly #maxCost: number
  readonly #waiting = new Set<() => void>()

  /** @param spent what earlier launches have spent */
  constructor(spent: number, maxCost: number) {
    this.#spent = spent
    this.#maxCost = maxCost * (1 + ROUNDING_RATIO)
  }

  get cost(): number {
    return this.#spent + this.#reserved
  }

  /** Whether there is room for a request that should cost so much, or may be when those at work have ended. */
  mayAllow(expected: number): boolean {
    return this.#spent + expected <= this.#maxCost
  }

  /**
   * Keeps so much for a request. Where those at work may use up what is left it waits until they have shown what they cost:
   * most of what is refused costs nothing.
   *
   * @param isOver asked after each wait
   * @returns `false` where there is no room, and nothing was kept
   */
  claim(expected: number, isOver: () => boolean): boolean | Promise<boolean> {
    if (this.cost + expected <= this.#maxCost) {
      this.reserve(expected)
      return true
    }
    if (!this.mayAllow(expected) || isOver()) return false
    return this.#change().then(() => this.claim(expected, isOver))
  }

  /** The same for what others may send, at any time until it is settled: it says no only when nothing else is kept. */
  hold(expected: number, isOver: () => boolean): boolean | Promise<boolean> {
    if (this.mayAllow(expected) || this.#kept === 0 || isOver()) return this.claim(expected, isOver)
    return this.#change().then(() => this.hold(expected, isOver))
  }

  /** A request has left that was not asked for here. */
  reserve(expected: number): void {
    this.#reserved += expected
    this.#kept++
  }

  /** A request for which so much was kept has ended at this cost. */
  settle(expected: number, cost: number): void {
    this.#reserved -= expected
    this.#kept--
    this.#spent += cost
    this.wake()
  }

  /** What counts as spent has turned out to be so much more, or less. */
  correct(by: number): void {
    this.#spent += by
    this.wake()
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve))
  }

  /** Those that wait look again. */
  wake(): void {
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }
}
