/** Each bucket is a tenth wider than the one before: what is read is within 5 % of what was recorded. */
const GROWTH = 1.1
const SHORTEST_MS = 1
const LONGEST_MS = 3_600_000
const BUCKETS = Math.ceil(Math.log(LONGEST_MS / SHORTEST_MS) / Math.log(GROWTH)) + 1

const bucketOf = (ms: number): number =>
  Math.min(BUCKETS - 1, Math.max(0, Math.round(Math.log(Math.max(SHORTEST_MS, ms) / SHORTEST_MS) / Math.log(GROWTH))))

/** Durations from a millisecond to an hour, in 160 numbers however many there were. Counts may be shares, as those that fade. */
export class DurationHistogram {
  readonly #counts = new Float32Array(BUCKETS)
  #total = 0

  get count(): number {
    return this.#total
  }

  add(ms: number): void {
    const bucket = bucketOf(ms)
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1
    this.#total++
  }

  addAll(other: DurationHistogram): void {
    for (let i = 0; i < BUCKETS; i++) this.#counts[i] = (this.#counts[i] as number) + (other.#counts[i] as number)
    this.#total += other.#total
  }

  fade(weight: number): void {
    for (let i = 0; i < BUCKETS; i++) this.#counts[i] = (this.#counts[i] as number) * weight
    this.#total *= weight
  }

  clear(): void {
    this.#counts.fill(0)
    this.#total = 0
  }

  /** The buckets in which there is something, and how much. */
  entries(): [number, number][] {
    return [...this.#counts].flatMap((count, bucket): [number, number][] => (count > 0 ? [[bucket, count]] : []))
  }

  /** Adds what `entries` of another one gave; buckets that there are not are left out. */
  addEntries(entries: readonly (readonly [number, number])[]): void {
    for (const [bucket, count] of entries) {
      if (bucket >= BUCKETS) continue
      this.#counts[bucket] = (this.#counts[bucket] as number) + count
      this.#total += count
    }
  }

  /** @param ratio 0.5 is the median. `undefined` where nothing was recorded */
  quantile(ratio: number): number | undefined {
    if (this.#total <= 0) return undefined
    let left = ratio * this.#total
    let last = 0
    for (let i = 0; i < BUCKETS; i++) {
      const count = this.#counts[i] as number
      if (count === 0) continue
      last = i
      left -= count
      if (left < 0) break
    }
    return SHORTEST_MS * GROWTH ** last
  }
}
