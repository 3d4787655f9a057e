import type { Clock, Timer } from '../kernel/clock.ts'

/** One pending deadline. Removed in constant time. */
export class Deadline {
  at = 0
  listed = false
  previous: Deadline | undefined
  next: Deadline | undefined
  readonly expire: () => void

  constructor(expire: () => void) {
    this.expire = expire
  }
}

/**
 * Deadlines of one length. They expire in the order in which they were set, so that one timer for the first of them
 * serves all, and setting or clearing one touches no timer.
 */
export class DeadlineList {
  readonly #lengthMs: number
  #clock: Clock | undefined
  #timer: Timer | undefined
  #first: Deadline | undefined
  #last: Deadline | undefined
  #disposed = false

  /** @param lengthMs milliseconds from setting a deadline to its expiry */
  constructor(lengthMs: number) {
    this.#lengthMs = lengthMs
  }

  /** Starts a deadline. `now` must not go back between calls, as a monotonic clock never does. */
  set(deadline: Deadline, clock: Clock, now: number): void {
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
  clear(deadline: Deadline): void {
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
    const { at } = this.#first as Deadline
    this.#clock = clock
    this.#timer?.cancel()
    this.#timer = clock.setTimer(at - now, () => this.#fired(clock))
  }

  #fired(clock: Clock): void {
    this.#timer = undefined
    const now = clock.now()
    for (let first = this.#first; first !== undefined && first.at <= now; first = this.#first) {
      this.clear(first)
      first.expire()
    }
    if (this.#first !== undefined && this.#timer === undefined) this.#arm(clock, now)
  }
}
