/** The counts of a window as plain data, oldest bucket first: one list for each thing that is counted. */
interface SavedWindow {
  readonly windowMs: number
  readonly counts: readonly (readonly number[])[]
}

/**
 * Counts over the last stretch of time, forgotten bucket by bucket, with running sums. The window is the bucket that has
 * begun and those before it: up to one bucket shorter than its length. Time that goes back counts as standing still.
 */
export class BucketWindow {
  readonly #windowMs: number
  readonly #buckets: number
  readonly #bucketMs: number
  readonly #counts: readonly Uint32Array[]
  readonly #sums: Float64Array
  /** The number of the bucket that has begun, on the clock that it is told; `undefined`: it was told none yet. */
  #current: number | undefined
  /** Where in the rings that one is. */
  #place = 0

  /**
   * @param windowMs the length in milliseconds
   * @param buckets in how many steps it is forgotten, at least 1
   * @param things how many different things are counted
   */
  constructor(windowMs: number, buckets: number, things: number) {
    this.#windowMs = windowMs
    this.#buckets = buckets
    this.#bucketMs = windowMs / buckets
    this.#counts = Array.from({ length: things }, () => new Uint32Array(buckets))
    this.#sums = new Float64Array(things)
  }

  /** Forgets what is older than the window at this instant. */
  moveTo(now: number): void {
    const bucket = Math.floor(now / this.#bucketMs)
    const passed = bucket - (this.#current ?? bucket)
    this.#current ??= bucket
    if (passed <= 0) return
    this.#current = bucket
    if (passed >= this.#buckets) return this.clear()
    for (let i = 0; i < passed; i++) this.#step()
  }

  add(thing: number): void {
    const ring = this.#counts[thing] as Uint32Array
    ring[this.#place] = (ring[this.#place] as number) + 1
    this.#sums[thing] = this.sum(thing) + 1
  }

  /** How many there were within the window. */
  sum(thing: number): number {
    return this.#sums[thing] as number
  }

  clear(): void {
    for (const ring of this.#counts) ring.fill(0)
    this.#sums.fill(0)
  }

  save(): SavedWindow {
    const oldest = this.#place + 1
    const inOrder = (ring: Uint32Array): number[] => [...ring.subarray(oldest), ...ring.subarray(0, oldest)]
    return { windowMs: this.#windowMs, counts: this.#counts.map(inOrder) }
  }

  /**
   * Takes over counts of a window of the same length and steps. The clock they were counted by may be another one: what
   * was the newest bucket is the one in which the next count falls.
   *
   * @throws TypeError for anything else
   */
  restore(saved: unknown): void {
    const { windowMs, counts } = (saved ?? {}) as Partial<SavedWindow>
    const fits =
      windowMs === this.#windowMs &&
      Array.isArray(counts) &&
      counts.length === this.#counts.length &&
      counts.every((ring: unknown) => isRing(ring, this.#buckets))
    if (!fits) throw new TypeError('These are no counts of such a window.')
    for (const [thing, ring] of this.#counts.entries()) {
      ring.set(counts[thing] as readonly number[])
      this.#sums[thing] = ring.reduce((sum, count) => sum + count, 0)
    }
    this.#place = this.#buckets - 1
    this.#current = undefined
  }

  #step(): void {
    this.#place = (this.#place + 1) % this.#buckets
    for (const [thing, ring] of this.#counts.entries()) {
      this.#sums[thing] = this.sum(thing) - (ring[this.#place] as number)
      ring[this.#place] = 0
    }
  }
}

const isRing = (ring: unknown, length: number): boolean =>
  Array.isArray(ring) &&
  ring.length === length &&
  ring.every((count) => Number.isInteger(count) && count >= 0 && count < 2 ** 32)
