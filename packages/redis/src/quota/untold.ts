import type { Spending } from './own-spendings.ts'

/** What is to be told, and has not been heard for sure. */
export interface Untold {
  readonly seq: number
  readonly spending: Spending
  readonly by: readonly number[]
  readonly spent: boolean
}

/** How much is told in one step, so that none takes long. */
const MOST_OPS = 200

/** What Redis does not know yet, in numbered steps: those that are sent twice count once. */
export class UntoldOps {
  #ops: Untold[] = []
  #seq = 0

  get size(): number {
    return this.#ops.length
  }

  /** @param counts whether a spending still does: in a long outage much is spent that counts no more when it is over */
  add(spending: Spending, by: readonly number[], spent: boolean, counts: (spending: Spending) => boolean): void {
    this.#ops.push({ seq: ++this.#seq, spending, by, spent })
    if (this.#ops.length % 1000 === 0) this.#ops = this.#ops.filter((each) => counts(each.spending))
  }

  /** Those to be told now. */
  next(): readonly Untold[] {
    return this.#ops.slice(0, MOST_OPS)
  }

  /** @param seq the last that Redis has heard */
  heard(seq: number): void {
    this.#ops = this.#ops.filter((each) => each.seq > seq)
  }

  clear(): void {
    this.#ops = []
  }
}
