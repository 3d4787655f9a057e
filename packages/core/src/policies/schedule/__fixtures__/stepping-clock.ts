import { VirtualClock } from '../../../testing.ts'

/** A virtual clock whose wall clock can be set, as an operator or a time server does. */
export class SteppingClock extends VirtualClock {
  #steppedMs = 0

  step(ms: number): void {
    this.#steppedMs += ms
  }

  override wallTime(): number {
    return super.wallTime() + this.#steppedMs
  }
}
