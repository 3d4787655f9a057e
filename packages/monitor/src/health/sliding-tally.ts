import type { Counted } from './assess.ts'
import { OBSERVATION_KINDS, type Observation } from './observation.ts'
import { Tally } from './tally.ts'

/** In how many steps the window is forgotten: what it says is of the window, and up to a sixth less. */
const STEPS = 6

/** What the last stretch of time has shown, up to now. */
export class SlidingTally {
  readonly #stepMs: number
  readonly #steps = Array.from({ length: STEPS }, () => new Tally())
  #latest = -Infinity

  /** @param windowMs its length, in milliseconds above 0 */
  constructor(windowMs: number) {
    this.#stepMs = windowMs / STEPS
  }

  /** Time that goes back counts as standing still. */
  add(observation: Observation, now: number, slowAfterMs: number): void {
    this.#moveTo(now)
    this.#at(this.#latest).add(observation, slowAfterMs)
  }

  /** The counts alone, which cost less. */
  counted(now: number): Counted {
    this.#moveTo(now)
    const counted = { success: 0, overloaded: 0, failed: 0, unusable: 0, slow: 0 }
    for (const { counts, slow } of this.#steps) {
      for (const kind of OBSERVATION_KINDS) counted[kind] += counts[kind]
      counted.slow += slow
    }
    return counted
  }

  /** What the window holds. */
  total(now: number): Tally {
    this.#moveTo(now)
    const total = new Tally()
    for (const step of this.#steps) if (step.attempts > 0) total.addAll(step)
    return total
  }

  #moveTo(now: number): void {
    const step = Math.floor(now / this.#stepMs)
    if (step <= this.#latest) return
    for (let passed = Math.max(this.#latest + 1, step - STEPS + 1); passed <= step; passed++) this.#at(passed).clear()
    this.#latest = step
  }

  #at(step: number): Tally {
    return this.#steps[((step % STEPS) + STEPS) % STEPS] as Tally
  }
}
