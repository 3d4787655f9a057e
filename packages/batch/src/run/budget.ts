/** Three times 0.1 is a little more than 0.3 to a computer, and must fit into it. */
const ROUNDING = 1 + 1e-9

/** Counts what the attempts of a run cost, and what those at work should. */
export class Budget {
  #cost: number
  readonly #maxCost: number

  /** @param cost what earlier launches have spent */
  constructor(cost: number, maxCost: number) {
    this.#cost = cost
    this.#maxCost = maxCost
  }

  get cost(): number {
    return this.#cost
  }

  /** Whether a request that should cost so much may be sent. */
  allows(expected: number): boolean {
    return this.#maxCost === Infinity || this.#cost + expected <= this.#maxCost * ROUNDING
  }

  /** A request has left, or has ended at another cost than was expected. */
  add(cost: number): void {
    this.#cost += cost
  }
}
