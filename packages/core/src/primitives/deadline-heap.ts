import type { Clock, Timer } from '../kernel/clock.ts'

/** One deadline of an owner, of a length of its own. */
export class TimedDeadline<T> {
  readonly owner: T
  readonly lengthMs: number
  at = 0
  /** Where it stands in its heap; -1: nowhere. */
  place = -1

  constructor(owner: T, lengthMs: number) {
    this.owner = owner
    this.lengthMs = lengthMs
  }
}

/**
 * Deadlines of mixed lengths behind one timer: a heap with the nearest on top. Setting or clearing one takes time in the
 * logarithm of how many there are; where all lengths are the same, a `DeadlineList` does it in constant time.
 */
export class DeadlineHeap<T> {
  readonly #expire: (deadline: TimedDeadline<T>) => void
  readonly #heap: TimedDeadline<T>[] = []
  #clock: Clock | undefined
  #timer: Timer | undefined
  /** When the timer fires. */
  #firesAt = Infinity
  #disposed = false

  /** @param expire hears which deadline has passed */
  constructor(expire: (deadline: TimedDeadline<T>) => void) {
    this.#expire = expire
  }

  get size(): number {
    return this.#heap.length
  }

  /** Starts a deadline, or starts it again. */
  set(deadline: TimedDeadline<T>, clock: Clock, now: number): void {
    const wasEmpty = this.#heap.length === 0
    deadline.at = now + deadline.lengthMs
    if (deadline.place < 0) {
      deadline.place = this.#heap.length
      this.#heap.push(deadline)
    }
    this.#settle(deadline)
    if (wasEmpty) this.#timer?.ref()
    if (this.#timer === undefined || this.#clock !== clock || this.#first.at < this.#firesAt) this.#arm(clock, now)
  }

  /** Ends a deadline before it expires. */
  clear(deadline: TimedDeadline<T>): void {
    const { place } = deadline
    if (place < 0) return
    deadline.place = -1
    const last = this.#heap.pop() as TimedDeadline<T>
    if (last !== deadline) {
      this.#put(last, place)
      this.#settle(last)
    }
    // The timer stays, as in a list: one that finds nothing to do costs less than one for each call.
    if (this.#heap.length > 0) return
    if (this.#disposed) this.#stop()
    else this.#timer?.unref()
  }

  /** Ends the timer with the last pending deadline, at once where there is none. */
  dispose(): void {
    this.#disposed = true
    if (this.#heap.length === 0) this.#stop()
  }

  get #first(): TimedDeadline<T> {
    return this.#heap[0] as TimedDeadline<T>
  }

  #put(deadline: TimedDeadline<T>, place: number): void {
    deadline.place = place
    this.#heap[place] = deadline
  }

  /** Moves a deadline up or down to where it belongs. */
  #settle(deadline: TimedDeadline<T>): void {
    const heap = this.#heap
    for (;;) {
      const { place } = deadline
      const above = heap[(place - 1) >> 1]
      if (place > 0 && above !== undefined && deadline.at < above.at) {
        this.#put(above, place)
        this.#put(deadline, (place - 1) >> 1)
        continue
      }
      const left = heap[2 * place + 1]
      const right = heap[2 * place + 2]
      const below = right !== undefined && left !== undefined && right.at < left.at ? right : left
      if (below === undefined || below.at >= deadline.at) return
      const to = below.place
      this.#put(below, place)
      this.#put(deadline, to)
    }
  }

  #stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #arm(clock: Clock, now: number): void {
    this.#clock = clock
    this.#timer?.cancel()
    this.#firesAt = this.#first.at
    this.#timer = clock.setTimer(this.#firesAt - now, () => this.#fired(clock))
  }

  #fired(clock: Clock): void {
    this.#timer = undefined
    const now = clock.now()
    for (let first = this.#heap[0]; first !== undefined && first.at <= now; first = this.#heap[0]) {
      this.clear(first)
      this.#expire(first)
    }
    if (this.#heap.length > 0 && this.#timer === undefined) this.#arm(clock, now)
  }
}
