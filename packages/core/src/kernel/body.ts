import type { Outcome } from './outcome.ts'

/**
 * A result that is still arriving: the stream behind an answer that already went up. Permits, breaker verdicts and
 * spans wait for its end. It ends exactly once.
 */
export class Body {
  #outcome: Outcome<unknown> | undefined
  #listeners: ((outcome: Outcome<unknown>) => void)[] = []

  get ended(): boolean {
    return this.#outcome !== undefined
  }

  /** How it ended; `undefined` while it is still arriving. */
  get outcome(): Outcome<unknown> | undefined {
    return this.#outcome
  }

  /** Says how the stream ended. Later calls do nothing. */
  end(outcome: Outcome<unknown>): void {
    if (this.#outcome !== undefined) return
    this.#outcome = outcome
    const listeners = this.#listeners
    this.#listeners = []
    for (const listener of listeners) listener(outcome)
  }

  /** Calls `listener` with the last outcome, at once where it is known. */
  onEnd(listener: (outcome: Outcome<unknown>) => void): void {
    if (this.#outcome !== undefined) listener(this.#outcome)
    else this.#listeners.push(listener)
  }
}
