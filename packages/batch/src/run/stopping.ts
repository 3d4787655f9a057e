import type { Clock, Timer } from '@spillway/core'
import type { StopReason } from '../journal/records.ts'

/** An item at work, as a stop sees it. */
export interface Stoppable {
  /** Whether a request is out, or has been answered: it may end. */
  readonly isOut: boolean
  /** Whether it is left for the next launch, because nothing was out. */
  refused: boolean
}

/**
 * How a run ends early: nothing new is taken up or sent, what only waits is left, what is out has a time to end, and is
 * aborted after it.
 */
export class Stopping {
  #reason: StopReason | undefined
  #graceOver = false
  #over = false
  readonly #atWork = new Map<AbortController, Stoppable>()
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
    this.#leaveWaiting()
  }

  /** A request has ended. Once the run is to stop, its item does not wait for another one. */
  requestEnded(): void {
    // In a moment: whoever has got an answer by then, or fails for good, has ended by itself.
    if (this.#reason !== undefined) this.#clock.setTimer(0, () => this.#leaveWaiting())
  }

  #leaveWaiting(): void {
    for (const [controller, item] of this.#atWork) {
      if (item.isOut) continue
      item.refused = true
      controller.abort(new Error('The run has stopped.'))
    }
  }

  /** Ends at once what is at work. */
  abort(): void {
    this.#graceOver = true
    for (const controller of this.#atWork.keys()) controller.abort(new Error('The run has stopped.'))
    for (const wake of this.#wakes) wake()
  }

  /** A signal for each item: clients do not always take their listeners off the one they are given. */
  async during<T>(item: Stoppable, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController()
    this.#atWork.set(controller, item)
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
