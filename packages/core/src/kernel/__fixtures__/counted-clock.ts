import { VirtualClock } from '../../testing.ts'
import type { Timer } from '../clock.ts'

/** A virtual clock that counts its timers, those that keep no process alive included. */
export class CountedClock extends VirtualClock {
  /** How many were set. */
  made = 0
  /** How many are neither canceled nor over. */
  alive = 0

  override setTimer(delayMs: number, callback: () => void): Timer {
    this.made++
    this.alive++
    let set = true
    const over = (): void => {
      if (set) this.alive--
      set = false
    }
    const timer = super.setTimer(delayMs, () => {
      over()
      callback()
    })
    return {
      ...timer,
      cancel() {
        over()
        timer.cancel()
      },
    }
  }
}
