import type { Usage } from '../../kernel/provider-report.ts'
import type { Verdict } from '../../kernel/verdict.ts'
import type { AccountReport } from './account-report.ts'
import { billedOf, costOfAttempt, expectedCostOf, modelOf, type CountedAttempt } from './counted-attempt.ts'
import type { Prices } from './price.ts'

/** Sums of money are not exact to the last bit: 0.1 + 0.2 does not pass 0.3. */
const ROUNDING_RATIO = 1e-9

/** The sums of an account. Attempts are kept only while they are at work. */
export class Ledger {
  readonly maxCost: number
  readonly prices: Prices
  /** With what each should cost. */
  readonly #atWork = new Map<CountedAttempt, number>()
  readonly #total = new Sums()
  readonly #models = new Map<string, Sums>()
  #hedged = 0
  /** How the attempt that ended last ended for its caller, unless that was a lost race or the caller's wish. */
  lastVerdict: Verdict | undefined
  #waiting: ((report: AccountReport) => void)[] = []

  constructor(prices: Prices, maxCost: number) {
    this.prices = prices
    this.maxCost = maxCost
  }

  expectedCostOf(attempt: CountedAttempt): number {
    return expectedCostOf(attempt, this.prices) ?? 0
  }

  /** What has been spent as far as is known, and what may still come of it. */
  get committedCost(): number {
    let sum = this.#total.cost + this.#total.unknownCost
    for (const cost of this.#atWork.values()) sum += cost
    return sum
  }

  /** Whether it may cost so much more. */
  allows(cost: number): boolean {
    return this.maxCost === Infinity || this.committedCost + cost <= this.maxCost * (1 + ROUNDING_RATIO)
  }

  begin(attempt: CountedAttempt): void {
    this.#atWork.set(attempt, this.expectedCostOf(attempt))
  }

  /** It was admitted, and did not begin after all. */
  drop(attempt: CountedAttempt): void {
    this.#atWork.delete(attempt)
    // What gave way to attempts inside it leaves a moment before they begin.
    queueMicrotask(() => this.#settleWhenIdle())
  }

  /** Its work has ended. */
  end(attempt: CountedAttempt): void {
    this.#atWork.delete(attempt)
    if (attempt.hedged) this.#hedged++
    const model = modelOf(attempt, this.prices) ?? ''
    const cost = costOfAttempt(attempt, this.prices)
    let sums = this.#models.get(model)
    if (sums === undefined) this.#models.set(model, (sums = new Sums()))
    this.#total.add(attempt, cost)
    sums.add(attempt, cost)
    this.#settleWhenIdle()
  }

  costOf(attempt: CountedAttempt): number | undefined {
    return costOfAttempt(attempt, this.prices)
  }

  report(): AccountReport {
    const total = this.#total
    const atWork = [...this.#atWork]
    return {
      attempts: total.attempts + atWork.length,
      requests: total.requests + atWork.length,
      hedged: this.#hedged + atWork.filter(([{ hedged }]) => hedged).length,
      abandoned: total.abandoned + atWork.filter(([{ abandoned }]) => abandoned).length,
      atWork: atWork.length,
      orphans: atWork.filter(([{ abandoned }]) => abandoned).length,
      billed: { ...total.billed },
      usage: { ...total.usage },
      cost: total.cost,
      unknownCost: total.unknownCost,
      expectedCost: atWork.reduce((sum, [, cost]) => sum + cost, 0),
      unpriced: total.unpriced,
      models: Object.fromEntries(
        [...this.#models].map(([model, { attempts, usage, cost, unknownCost }]) => [
          model,
          { attempts, usage: { ...usage }, cost, unknownCost },
        ]),
      ),
    }
  }

  settled(): Promise<AccountReport> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      this.#settleWhenIdle()
    })
  }

  #settleWhenIdle(): void {
    if (this.#atWork.size > 0 || this.#waiting.length === 0) return
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve(this.report())
  }
}

/** What ended attempts add up to. */
class Sums {
  attempts = 0
  requests = 0
  abandoned = 0
  readonly billed = { no: 0, yes: 0, unknown: 0 }
  readonly usage: Record<string, number> = {}
  cost = 0
  unknownCost = 0
  unpriced = 0

  add(attempt: CountedAttempt, cost: number | undefined): void {
    const billed = billedOf(attempt)
    this.attempts++
    if (attempt.verdict?.sent !== false) this.requests++
    if (attempt.abandoned) this.abandoned++
    this.billed[billed]++
    addUsage(this.usage, attempt.usage)
    if (billed === 'no') return
    if (cost === undefined) this.unpriced++
    else if (billed === 'yes') this.cost += cost
    else this.unknownCost += cost
  }
}

const addUsage = (sum: Record<string, number>, usage: Usage = {}): void => {
  for (const [unit, used] of Object.entries(usage)) sum[unit] = (sum[unit] ?? 0) + used
}
