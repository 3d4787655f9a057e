import type { NextReset } from './calendar-reset.ts'

const DAY_MS = 86_400_000
/** With the hour that comes twice in autumn, and one to spare. */
const LONGEST_DAY_MS = 26 * 3_600_000

/** So many permits a day of somebody's calendar, all back at its beginning. What was spent beyond them is owed to the next day. */
export class CalendarQuota {
  readonly permits: number
  readonly #nextReset: NextReset
  #spent = 0
  /** When the day ends; 0 before the first look at the calendar. */
  #resetsAt = 0

  constructor(permits: number, reset: NextReset) {
    this.permits = permits
    this.#nextReset = reset
  }

  /** Permits spent today. */
  used(wallTimeMs: number): number {
    this.#turn(wallTimeMs)
    return this.#spent
  }

  /** Milliseconds until `cost` can be spent. What costs more than a day's permits may go when nothing is spent. */
  readyInMs(wallTimeMs: number, cost: number): number {
    this.#turn(wallTimeMs)
    const excess = this.#spent + Math.min(cost, this.permits) - this.permits
    if (excess <= 0) return 0
    const days = Math.ceil(excess / this.permits)
    return this.#resetsAt - wallTimeMs + (days - 1) * DAY_MS
  }

  spend(wallTimeMs: number, cost: number): void {
    this.#turn(wallTimeMs)
    this.#spent += cost
  }

  /** Takes a spending back, or a part of it, unless its day has passed. */
  giveBack(spentAtWallTimeMs: number, cost: number): void {
    if (this.#resetsAt > this.#nextReset(spentAtWallTimeMs)) return
    this.#spent = Math.max(0, this.#spent - cost)
  }

  /** A clock that is set back by less than a day finds the day it left still going on, with what was spent in it. */
  #turn(wallTimeMs: number): void {
    if (wallTimeMs < this.#resetsAt && this.#resetsAt - wallTimeMs <= LONGEST_DAY_MS) return
    if (wallTimeMs >= this.#resetsAt) {
      const days = Math.floor((wallTimeMs - this.#resetsAt) / DAY_MS) + 1
      this.#spent = Math.max(0, this.#spent - days * this.permits)
    }
    this.#resetsAt = this.#nextReset(wallTimeMs)
  }
}
