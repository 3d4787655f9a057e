/** A pending timer. */
export interface Timer {
  /** Ends it; doing so twice, or after it fired, does nothing. */
  cancel(): void
  /** Lets the process end although it is pending. */
  unref(): void
  /** Takes `unref` back: a pending timer keeps the process alive, as a pending call should. */
  ref(): void
}

/** The only source of time. Tests hand in a virtual one. */
export interface Clock {
  /** Monotonic milliseconds. Differences mean something, the value itself does not. */
  now(): number
  /** Milliseconds since 1970 UTC; may jump. For calendars and reports, never for durations. */
  wallTime(): number
  /**
   * Calls `callback` once, not before `delayMs` from now.
   *
   * @param delayMs milliseconds; negative and `NaN` count as 0, `Infinity` never fires
   */
  setTimer(delayMs: number, callback: () => void): Timer
}

/** Node fires a longer timer after 1 ms instead of waiting, so that long waits go in steps. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

const doNothing = (): void => {}
const NEVER: Timer = { cancel: doNothing, ref: doNothing, unref: doNothing }

class SystemTimer implements Timer {
  #leftMs: number
  #handle: NodeJS.Timeout
  #refed = true
  readonly #callback: () => void

  constructor(delayMs: number, callback: () => void) {
    // Node rounds down; a timer that fires early would find its deadline still ahead and be set again.
    this.#leftMs = delayMs > 0 ? Math.ceil(delayMs) : 0
    this.#callback = callback
    this.#handle = this.#arm()
  }

  #arm(): NodeJS.Timeout {
    const step = Math.min(this.#leftMs, LONGEST_TIMER_MS)
    this.#leftMs -= step
    return setTimeout(this.#fired, step)
  }

  readonly #fired = (): void => {
    if (this.#leftMs <= 0) return this.#callback()
    this.#handle = this.#arm()
    if (!this.#refed) this.#handle.unref()
  }

  cancel(): void {
    clearTimeout(this.#handle)
  }

  ref(): void {
    this.#refed = true
    this.#handle.ref()
  }

  unref(): void {
    this.#refed = false
    this.#handle.unref()
  }
}

/**
 * Node's global `performance` is a getter, which costs half as much as reading the clock behind it. Where timers have been
 * replaced by fakes, the time has been too, and the global is asked.
 */
const { setTimeout: realTimeout, performance: realPerformance } = globalThis

/** Real time: a monotonic clock and Node's timers. */
export const systemClock: Clock = {
  now: () => (setTimeout === realTimeout ? realPerformance : performance).now(),
  wallTime: () => Date.now(),
  setTimer: (delayMs, callback) => (delayMs === Infinity ? NEVER : new SystemTimer(delayMs, callback)),
}
