import type { Random } from '../../kernel/random.ts'
import { costIn, type Costs } from './costs.ts'
import { Pacer } from './pacer.ts'
import type { QuotaState } from './quota-state.ts'

/**
 * A part of the quotas, for a process that cannot ask what the others spend: evenly, because all of them do the same, and each
 * from an instant of chance, because all of them begin in the same moment.
 */
export class LoneShare {
  readonly share: number
  readonly #quotas: readonly QuotaState[]
  readonly #pacers: readonly Pacer[]

  /**
   * @param share above 0, up to 1
   * @param quotas what this process has spent of them already counts
   */
  constructor(share: number, quotas: readonly QuotaState[], now: number, random: Random) {
    this.share = share
    this.#quotas = quotas
    this.#pacers = quotas.map(({ permits, periodMs }) => {
      const pacer = new Pacer(permits * share, periodMs)
      pacer.spend(now, random())
      return pacer
    })
  }

  readyInMs(now: number, costs: Costs): number {
    let ready = 0
    for (const [i, { unit, permits, window }] of this.#quotas.entries()) {
      const cost = costIn(costs, unit)
      if (cost === 0) continue
      const windowReady = window?.readyInMs(now, cost, permits * this.share) ?? 0
      ready = Math.max(ready, windowReady, this.#pacers[i]?.readyInMs(now, cost) ?? 0)
    }
    return ready
  }

  spend(now: number, costs: Costs): void {
    for (const [i, { unit }] of this.#quotas.entries()) this.#pacers[i]?.spend(now, costIn(costs, unit))
  }
}
