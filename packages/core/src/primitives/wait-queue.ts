/** Someone waiting. Removed at once when it gives up. */
export interface Waiter<T> {
  readonly item: T
  /** Lower goes first. */
  readonly rank: number
  /** Among equals, who came first. */
  readonly sequence: number
  /** Its place in the heap; -1 when it waits no more. */
  index: number
}

const before = (a: Waiter<unknown>, b: Waiter<unknown>): boolean =>
  a.rank < b.rank || (a.rank === b.rank && a.sequence < b.sequence)

/**
 * An ordered line: the lowest rank first, first come among equals. A binary heap whose entries know their place, so that
 * leaving from the middle costs as little as being served.
 */
export class WaitQueue<T> {
  readonly #heap: Waiter<T>[] = []
  #sequence = 0

  get size(): number {
    return this.#heap.length
  }

  add(item: T, rank = 0): Waiter<T> {
    const waiter: Waiter<T> = { item, rank, sequence: this.#sequence++, index: this.#heap.length }
    this.#heap.push(waiter)
    this.#up(waiter)
    return waiter
  }

  /** Who goes next. */
  first(): Waiter<T> | undefined {
    return this.#heap[0]
  }

  /** Who goes last. Looks at everybody. */
  last(): Waiter<T> | undefined {
    return this.#heap.reduce<Waiter<T> | undefined>(
      (last, each) => (last && before(each, last) ? last : each),
      undefined,
    )
  }

  shift(): T | undefined {
    const first = this.#heap[0]
    if (first === undefined) return undefined
    this.remove(first)
    return first.item
  }

  /** Whether it was still waiting. */
  remove(waiter: Waiter<T>): boolean {
    const { index } = waiter
    if (index < 0) return false
    waiter.index = -1
    const last = this.#heap.pop()
    if (last === undefined || last === waiter) return true
    this.#place(last, index)
    this.#up(last)
    this.#down(last)
    return true
  }

  #place(waiter: Waiter<T>, index: number): void {
    this.#heap[index] = waiter
    waiter.index = index
  }

  #up(waiter: Waiter<T>): void {
    while (waiter.index > 0) {
      const above = this.#heap[(waiter.index - 1) >> 1]
      if (above === undefined || before(above, waiter)) return
      this.#swap(above, waiter)
    }
  }

  #down(waiter: Waiter<T>): void {
    for (;;) {
      const left = this.#heap[2 * waiter.index + 1]
      if (left === undefined) return
      const right = this.#heap[2 * waiter.index + 2]
      const below = right !== undefined && before(right, left) ? right : left
      if (before(waiter, below)) return
      this.#swap(waiter, below)
    }
  }

  #swap(a: Waiter<T>, b: Waiter<T>): void {
    const { index } = a
    this.#place(a, b.index)
    this.#place(b, index)
  }
}
