/** How finely time is cut: what is added counts for the window, and up to a tenth less. */
const SLOTS = 10

/** The sum of what was added within a window of time. A few numbers, whatever is added. */
export class WindowedSum {
  readonly #slotMs: number
  readonly #sums = new Float64Array(SLOTS)
  /** The number of the slot that time has come to. */
  #latest = -Infinity

  /** @param windowMs how long what is added counts, in milliseconds above 0 */
  constructor(windowMs: number) {
    this.#slotMs = windowMs / SLOTS
  }

  /** A clock that goes back adds to the present. */
  add(value: number, now: number): void {
    this.#forget(now)
    const place = this.#latest % SLOTS
    this.#sums[place] = (this.#sums[place] ?? 0) + value
  }

  total(now: number): number {
    this.#forget(now)
    let total = 0
    for (const sum of this.#sums) total += sum
    return total
  }

  #forget(now: number): void {
    const slot = Math.max(0, Math.floor(now / this.#slotMs))
    if (slot <= this.#latest) return
    if (slot - this.#latest >= SLOTS) this.#sums.fill(0)
    else for (let old = this.#latest + 1; old <= slot; old++) this.#sums[old % SLOTS] = 0
    this.#latest = slot
  }
}
