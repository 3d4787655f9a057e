import { CRITICALITIES, type Criticality } from '../scope/criticality.ts'

/** Some requests always get through, or nobody would see that it is over. */
const LEAST = 0.05
/** How much a window under less pressure gives back. */
const RECOVERY = 0.1
/** Pressure below this share of what is allowed is calm. */
const CALM = 0.9
/** The least and the most that a window under pressure leaves of the ratio. */
const GENTLEST = 0.9
const HARSHEST = 0.5

/**
 * Which share of the requests is let in, learned window by window: it falls in proportion to the pressure and comes back
 * step by step. What is given up is taken from the lowest criticality first, evenly spread within one.
 */
export class AdmittedRatio {
  #ratio = 1
  #underPressure = false
  /** Requests of each criticality in this window and in the last. */
  #arrivals = CRITICALITIES.map(() => 0)
  #before = CRITICALITIES.map(() => 0)
  /** Parts of a refusal that are owed. */
  readonly #owed = CRITICALITIES.map(() => 0)

  /** The share that is let in, all criticalities together. */
  get current(): number {
    return this.#ratio
  }

  /**
   * A window is over.
   *
   * @param pressure in shares of what is allowed: above 1 it is too much
   * @param windows how many it was long: a loop that is blocked looks late
   */
  windowEnded(pressure: number, windows = 1): void {
    this.#before = this.#arrivals
    this.#arrivals = CRITICALITIES.map(() => 0)
    if (pressure <= CALM) this.#ratio = Math.min(1, this.#ratio + RECOVERY)
    // One long task is no load: it takes two windows in a row.
    else if (pressure > 1 && (this.#underPressure || windows > 1))
      this.#ratio = Math.max(LEAST, this.#ratio * Math.min(GENTLEST, Math.max(HARSHEST ** windows, 1 / pressure)))
    this.#underPressure = pressure > 1
  }

  /** Nobody asked for a while. */
  windowsSkipped(count: number): void {
    this.#underPressure = false
    this.#ratio = Math.min(1, this.#ratio + RECOVERY * count)
  }

  /** One request more. Gives whether it is let in. */
  admits(criticality: Criticality): boolean {
    const level = CRITICALITIES.indexOf(criticality)
    this.#arrivals[level] = (this.#arrivals[level] ?? 0) + 1
    const refused = this.#refusedRatio(level)
    if (refused === 0) return true
    const owed = (this.#owed[level] ?? 0) + refused
    this.#owed[level] = owed >= 1 ? owed - 1 : owed
    return owed < 1
  }

  /** Which share of a criticality is refused: as if this window were like the last. */
  #refusedRatio(level: number): number {
    if (this.#ratio === 1) return 0
    const arrivals = this.#before
    const all = arrivals.reduce((sum, each) => sum + each, 0)
    const below = arrivals.slice(0, level).reduce((sum, each) => sum + each, 0)
    const left = (1 - this.#ratio) * all - below
    const here = arrivals[level] ?? 0
    if (here === 0) return left > 0 ? 1 : 0
    return Math.min(1, Math.max(0, left / here))
  }
}
