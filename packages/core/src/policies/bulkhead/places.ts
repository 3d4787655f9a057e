import type { BulkheadReserve } from './bulkhead-options.ts'

/** Rounding must not make a place out of nothing: 0.07 of 100 is a little more than 7. */
const ROUNDING = 1e-9

/** The places of a bulkhead: how many there are, who has them, and how many of them ordinary calls may have. */
export class Places {
  readonly #reserve: BulkheadReserve | undefined
  #limit: number
  #ordinaryLimit: number
  #running = 0
  #ordinary = 0

  constructor(limit: number, reserve: BulkheadReserve | undefined) {
    this.#reserve = reserve
    this.#limit = limit
    this.#ordinaryLimit = this.#withoutReserve()
  }

  get limit(): number {
    return this.#limit
  }

  get running(): number {
    return this.#running
  }

  /** How many of those at work are ordinary. */
  get ordinary(): number {
    return this.#ordinary
  }

  /** How many may be at work at once, of calls like this one. */
  limitFor(ordinary: boolean): number {
    return ordinary ? this.#ordinaryLimit : this.#limit
  }

  free(ordinary: boolean): boolean {
    return this.#running < this.#limit && (!ordinary || this.#ordinary < this.#ordinaryLimit)
  }

  take(ordinary: boolean): void {
    this.#running++
    if (ordinary) this.#ordinary++
  }

  giveBack(ordinary: boolean): void {
    this.#running--
    if (ordinary) this.#ordinary--
  }

  /** Who is inside stays, also where there are fewer places now than calls. */
  resize(limit: number): void {
    this.#limit = limit
    this.#ordinaryLimit = this.#withoutReserve()
  }

  /** At least one place is for everybody, however few there are: nobody waits for ever. */
  #withoutReserve(): number {
    const { places, ratio = 0 } = this.#reserve ?? {}
    const reserved = places ?? Math.ceil(ratio * this.#limit - ROUNDING)
    return Math.max(1, this.#limit - reserved)
  }
}
