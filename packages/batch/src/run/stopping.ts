import type { Clock, Timer } from '@spillway/core'
import type { StopReason } from '../journal/records.ts'

/** How a run ends early: nothing new is taken up, what is at work has a time to end, and is aborted after it. */
export class Stopping {
  #reason: StopReason | undefined
  #graceOver = false
  #over = false
  readonly #atWork = new Set<AbortController>()
  readonly #wakes = new Set<() => void>()
  readonly #clock: Clock
  readonly #graceMs: number
  readonly #onStop: (reason: StopReason) => void
  #timer: Timer | undefined

  constructor(clock: Clock, graceMs: number, onStop: (reason: StopReason) => void) {
    this.#clock = clock
    this.#graceMs = graceMs
    this.#onStop = onStop
  }

  /** Why nothing is taken up any more. */
  get reason(): StopReason | undefined {
    return this.#reason
  }

  get graceOver(): boolean {
    return this.#graceOver
  }

  /** The first reason counts. */
  stop(reason: StopReason): void {
    if (this.#reason !== undefined) return
    this.#reason = reason
    this.#onStop(reason)
    this.#timer = this.#clock.setTimer(this.#graceMs, () => this.abort())
  }

  /** Ends at once what is at work. */
  abort(): void {
    this.#graceOver = true
    for (const controller of this.#atWork) controller.abort(new Error('The run has stopped.'))
    for (const wake of this.#wakes) wake()
  }

  /** A signal for each item: clients do not always take their listeners off the one they are given. */
  async during<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController()
    this.#atWork.add(controller)
    if (this.#graceOver) controller.abort(new Error('The run has stopped.'))
    try {
      return await work(controller.signal)
    } finally {
      this.#atWork.delete(controller)
    }
  }

  /** Waits, but not beyond the time to end. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#graceOver) return resolve()
      const wake = (): void => {
        timer.cancel()
        this.#wakes.delete(wake)
        resolve()
      }
      const timer = this.#clock.setTimer(ms, wake)
      this.#wakes.add(wake)
    })
  }

  /** Whether the run has ended: what is heard of its requests after that is written down nowhere. */
  get over(): boolean {
    return this.#over
  }

  dispose(): void {
    this.#over = true
    this.#timer?.cancel()
  }
}
