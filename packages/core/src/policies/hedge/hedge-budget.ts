/** What calls that need no hedge leave to those that come in a crowd: as many hedges at most. */
const SAVED_AT_MOST = 10
/** Ten times 0.1 is a little less than 1. */
const ROUNDING = 1e-9

/**
 * At most a share of the calls, with a little saved up: over any stretch of time no more than ten and that share of the
 * calls that began in it, and over a whole life no more than one and that share.
 */
export class HedgeBudget {
  readonly #ratio: number
  #hedges: number

  /** @param ratio how many of 100 calls may be hedged, from 0 to 1 */
  constructor(ratio: number) {
    this.#ratio = ratio
    this.#hedges = ratio > 0 ? 1 : 0
  }

  /** How many hedges could be sent now. */
  get left(): number {
    return Math.floor(this.#hedges + ROUNDING)
  }

  /** A call began. */
  earn(): void {
    this.#hedges = Math.min(SAVED_AT_MOST, this.#hedges + this.#ratio)
  }

  /** Takes one of {@link left}. */
  spend(): void {
    this.#hedges -= 1
  }

  /** One that was taken was never sent. */
  giveBack(): void {
    this.#hedges = Math.min(SAVED_AT_MOST, this.#hedges + 1)
  }
}
