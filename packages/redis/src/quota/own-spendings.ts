import type { UnitCosts } from '@spillway/core'

/** One spending of this process. */
export interface Spending {
  /** The instant on this process's clock. */
  readonly at: number
  readonly costs: Record<string, number>
  /** The instant under which Redis knows it, on the server's clock; `undefined`: it does not know it. */
  knownAt: number | undefined
}

/** More than that, and neighbours are taken together. */
const MOST = 2000

/**
 * What this process has spent, for as long as it counts: should Redis forget, it is told again. Old ones are taken together as
 * one that is no older than any of them.
 */
export class OwnSpendings {
  readonly #keptMs: number
  #log: Spending[] = []

  /** @param keptMs the longest period */
  constructor(keptMs: number) {
    this.#keptMs = keptMs
  }

  add(at: number, costs: UnitCosts, knownAt?: number): Spending {
    const spending: Spending = { at, costs: { ...costs }, knownAt }
    this.#log.push(spending)
    if (this.#log.length > MOST) this.#shorten()
    return spending
  }

  counts({ at }: Spending, now: number): boolean {
    return at + this.#keptMs > now
  }

  /** All that count now. */
  all(now: number): readonly Spending[] {
    const first = this.#log.findIndex((spending) => this.counts(spending, now))
    this.#log = first === -1 ? [] : this.#log.slice(first)
    return this.#log
  }

  #shorten(): void {
    const merged: Spending[] = []
    for (let i = 0; i < MOST / 2; i += 2) {
      const [older, newer] = [this.#log[i], this.#log[i + 1]]
      if (older === undefined || newer === undefined) break
      for (const [unit, cost] of Object.entries(older.costs)) newer.costs[unit] = (newer.costs[unit] ?? 0) + cost
      merged.push(newer)
    }
    this.#log = [...merged, ...this.#log.slice(2 * merged.length)]
  }
}
