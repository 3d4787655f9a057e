import type { Random } from '../../kernel/random.ts'

/** Those who waited go over this share of the pause, as retry spreads a wait that the server asked for. */
const TRICKLE_RATIO = 0.2
const LONGEST_TRICKLE_MS = 30_000

/**
 * A wait that the provider asked of everybody, and the trickle after it: who waited goes one after the other, at instants
 * of chance, so that neither the calls of this process nor all processes with the same hint return in one moment.
 */
export class Pause {
  #until = 0
  #trickleUntil = 0
  #nextAt = 0
  /** Who was sent away and has not gone again: most of them still wait elsewhere, for the time they were told. */
  #returning = 0

  /** Until when the provider asked everybody to wait. */
  get until(): number {
    return this.#until
  }

  /**
   * Begins, unless a longer one is on. Gives back whether it did.
   *
   * @param waiting how many stand in line
   */
  begin(hintMs: number, now: number, waiting: number, random: Random): boolean {
    if (now >= this.#trickleUntil) this.#returning = 0
    this.#returning++
    const isLonger = now + hintMs > this.#until
    if (isLonger) {
      this.#until = now + hintMs
      this.#trickleUntil = this.#until + Math.min(LONGEST_TRICKLE_MS, hintMs * TRICKLE_RATIO)
    }
    const firstAt = this.#until + ((this.#trickleUntil - this.#until) * random()) / this.#others(waiting)
    this.#nextAt = isLonger ? firstAt : Math.min(this.#nextAt, firstAt)
    return isLonger
  }

  readyInMs(now: number): number {
    return Math.max(0, this.#nextAt - now)
  }

  /** Somebody went; the rest of the trickle is for those who still wait. */
  passed(now: number, waiting: number, random: Random): void {
    this.#returning = Math.max(0, this.#returning - 1)
    if (now < this.#trickleUntil)
      this.#nextAt = now + (2 * random() * (this.#trickleUntil - now)) / this.#others(waiting)
  }

  /** Among how many the trickle is to be shared. */
  #others(waiting: number): number {
    return Math.max(waiting, this.#returning) + 1
  }
}
