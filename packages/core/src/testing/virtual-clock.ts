import type { Clock, Timer } from '../kernel/clock.ts'
import { WaitQueue } from '../primitives/wait-queue.ts'

/**
 * Time that passes only when told to. Days take milliseconds, and every run is the same.
 *
 * ```ts
 * import { pipeline, retry } from '@spillway/core'
 * import { VirtualClock } from '@spillway/core/testing'
 *
 * const clock = new VirtualClock()
 * const calls = pipeline([retry({ jitter: 'none' })], { clock })
 * let tries = 0
 * const answer = calls.execute(async () => {
 *   if (++tries < 3) throw new Error('busy')
 *   return 'done'
 * })
 * await clock.advance(60_000)
 * console.log(await answer, tries) // => done 3
 * ```
 */
export class VirtualClock implements Clock {
  #now = 0
  readonly #epoch: number
  readonly #timers = new WaitQueue<() => void>()
  #unrefed = 0

  /** @param epoch the wall time at the start, in milliseconds since 1970 UTC; default 2026-01-01T00:00Z */
  constructor(epoch: number = Date.UTC(2026, 0, 1)) {
    this.#epoch = epoch
  }

  now(): number {
    return this.#now
  }

  wallTime(): number {
    return this.#epoch + this.#now
  }

  /** Timers that would keep a process alive. 0 after a call means that nothing was left behind. */
  get pending(): number {
    return this.#timers.size - this.#unrefed
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    if (delayMs === Infinity) return { cancel() {}, ref() {}, unref() {} }
    let refed = true
    const count = (change: number): void => {
      if (waiter.index >= 0) this.#unrefed += change
    }
    const waiter = this.#timers.add(
      () => {
        if (!refed) this.#unrefed--
        callback()
      },
      this.#now + (delayMs > 0 ? delayMs : 0),
    )
    return {
      cancel: () => {
        if (this.#timers.remove(waiter) && !refed) this.#unrefed--
      },
      ref: () => {
        if (!refed) count(-1)
        refed = true
      },
      unref: () => {
        if (refed) count(1)
        refed = false
      },
    }
  }

  /**
   * Lets time pass: fires what falls due in order, and lets promises settle before and after each.
   *
   * @param ms how far to go, in milliseconds, 0 or more
   */
  async advance(ms: number): Promise<void> {
    if (!(ms >= 0)) throw new RangeError(`advance() takes milliseconds of at least 0, got ${ms}.`)
    const until = this.#now + ms
    await settle()
    for (let due = this.#timers.first(); due !== undefined && due.rank <= until; due = this.#timers.first()) {
      this.#now = Math.max(this.#now, due.rank)
      this.#timers.shift()?.()
      await settle()
    }
    this.#now = until
  }

  /** Lets time pass until nothing is pending, or `limitMs` have passed. */
  async run(limitMs: number = 365 * 24 * 3_600_000): Promise<void> {
    const until = this.#now + limitMs
    await settle()
    for (let due = this.#timers.first(); due !== undefined && this.pending > 0; due = this.#timers.first()) {
      if (due.rank > until) break
      await this.advance(due.rank - this.#now)
    }
  }
}

/** One turn of the event loop: every promise that can settle has. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
