/** How many notices may be sent, so that a storm of alerts is not one of messages. */
export class NoticeLimit {
  readonly #max: number
  readonly #perMs: number
  /** When the last ones were sent; never more than may be. */
  #sentAt: number[] = []
  #withheld = 0

  /**
   * @param max how many, within any `perMs`
   * @param perMs in milliseconds
   */
  constructor(max: number, perMs: number) {
    this.#max = max
    this.#perMs = perMs
  }

  /** Whether one more may be sent; if so, it counts as sent, else as withheld. */
  admit(now: number): boolean {
    if (this.#take(now)) return true
    this.#withheld++
    return false
  }

  /** How many were withheld, once that may be told; telling counts as a notice. 0: nothing to tell, or not yet. */
  admitSummary(now: number): number {
    if (this.#withheld === 0 || !this.#take(now)) return 0
    const withheld = this.#withheld
    this.#withheld = 0
    return withheld
  }

  #take(now: number): boolean {
    this.#sentAt = this.#sentAt.filter((at) => now - at < this.#perMs)
    if (this.#sentAt.length >= this.#max) return false
    this.#sentAt.push(now)
    return true
  }
}
