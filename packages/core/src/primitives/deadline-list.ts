import type { Clock, Timer } from '../kernel/clock.ts'

/** One pending deadline of an owner. Removed in constant time. */
export class Deadline<T> {
  readonly owner: T
  at = 0
  listed = false
  previous: Deadline<T> | undefined
  next: Deadline<T> | undefined

  constructor(owner: T) {
    this.owner = owner
  }
}

/**
 * Deadlines of one length. They expire in the order in which they were set, so that one timer for the first of them
 * serves all, and setting or clearing one touches no timer.
 */
export class DeadlineList<T> {
  readonly #lengthMs: number
  readonly #expire: (owner: T) => void
  #clock: Clock | undefined
  #timer: Timer | undefined
  #first: Deadline<T> | undefined
  #last: Deadline<T> | undefined
  #disposed = false

  /**
   * @param lengthMs milliseconds from setting a deadline to its expiry
   * @param expire hears whose deadline has passed
   */
  constructor(lengthMs: number, expire: (owner: T) => void) {
    this.#lengthMs = lengthMs
    this.#expire = expire
  }

  /** Starts a deadline. `now` must not go back between calls, as a monotonic clock never does. */
  set(deadline: Deadline<T>, clock: Clock, now: number): void {
    if (deadline.listed) this.clear(deadline)
    deadline.at = now + this.#lengthMs
    deadline.listed = true
    deadline.previous = this.#last
    deadline.next = undefined
    if (this.#last === undefined) {
      this.#first = deadline
      this.#timer?.ref()
    } else this.#last.next = deadline
    this.#last = deadline
    if (this.#timer === undefined || this.#clock !== clock) this.#arm(clock, now)
  }

  /** Ends a deadline before it expires. */
  clear(deadline: Deadline<T>): void {
    if (!deadline.listed) return
    deadline.listed = false
    if (deadline.previous === undefined) this.#first = deadline.next
    else deadline.previous.next = deadline.next
    if (deadline.next === undefined) this.#last = deadline.previous
    else deadline.next.previous = deadline.previous
    // The timer stays: the next call needs it, and clearing one per call costs more than one that finds nothing to do.
    if (this.#first !== undefined) return
    if (this.#disposed) this.#stop()
    else this.#timer?.unref()
  }

  /** Ends the timer with the last pending deadline, at once where there is none. */
  dispose(): void {
    this.#disposed = true
    if (this.#first === undefined) this.#stop()
  }

  #stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #arm(clock: Clock, now: number): void {
    const { at } = this.#first as Deadline<T>
    this.#clock = clock
    this.#timer?.cancel()
    this.#timer = clock.setTimer(at - now, () => this.#fired(clock))
  }

  #fired(clock: Clock): void {
    this.#timer = undefined
    const now = clock.now()
    for (let first = this.#first; first !== undefined && first.at <= now; first = this.#first) {
      this.clear(first)
      this.#expire(first.owner)
    }
    if (this.#first !== undefined && this.#timer === undefined) this.#arm(clock, now)
  }
}
