/** The quantiles of the last few numbers. Exact, and cheap because they are few: model calls are slow and rare. */
export class MovingQuantile {
  readonly #values: Float64Array
  #count = 0
  #next = 0

  /** @param size how many of the latest numbers count, at least 1 */
  constructor(size: number) {
    this.#values = new Float64Array(size)
  }

  get count(): number {
    return this.#count
  }

  add(value: number): void {
    const size = this.#values.length
    this.#values[this.#next++] = value
    if (this.#next === size) this.#next = 0
    if (this.#count < size) this.#count++
  }

  /** @param ratio 0.5 is the median. `undefined` before the first number */
  quantile(ratio: number): number | undefined {
    if (this.#count === 0) return undefined
    const sorted = this.#values.subarray(0, this.#count).toSorted()
    return sorted[Math.min(this.#count - 1, Math.floor(ratio * this.#count))]
  }
}
