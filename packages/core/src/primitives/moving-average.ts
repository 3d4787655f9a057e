/**
 * An exponentially weighted average that forgets with time as well: a value nobody has confirmed for one half-life
 * counts half.
 */
export class MovingAverage {
  readonly #weightRatio: number
  readonly #halfLifeMs: number
  #value = 0
  #at = 0
  #known = false

  /**
   * @param weightRatio how much the newest sample counts, from 0 to 1
   * @param halfLifeMs after how long without a sample the average has halved, `Infinity` for never
   */
  constructor(weightRatio: number, halfLifeMs: number = Infinity) {
    this.#weightRatio = weightRatio
    this.#halfLifeMs = halfLifeMs
  }

  add(sample: number, now: number): void {
    this.#value = this.#known ? this.at(now) * (1 - this.#weightRatio) + sample * this.#weightRatio : sample
    this.#at = now
    this.#known = true
  }

  get known(): boolean {
    return this.#known
  }

  /** The average at an instant; 0 before the first sample. */
  at(now: number): number {
    return this.#value * 0.5 ** (Math.max(0, now - this.#at) / this.#halfLifeMs)
  }
}
