import type { Clock } from '../../kernel/clock.ts'
import type { ServerLimit } from '../../kernel/provider-report.ts'
import { costIn, REQUESTS, type Costs } from './costs.ts'
import { Concurrency } from './concurrency.ts'
import { LearnedLimit } from './learned-limit.ts'
import { LoneShare } from './lone-share.ts'
import type { Random } from '../../kernel/random.ts'
import type { PastUse } from './past-use.ts'
import { Pause } from './pause.ts'
import { charge, refund, startQuota, type QuotaState } from './quota-state.ts'
import { ServerBudget } from './server-budget.ts'
import type { QuotaPlans } from './shared-quota-store.ts'

/** What was taken, to be settled or given back. */
export interface Spending {
  readonly at: number
  readonly wallTimeMs: number
  readonly costs: Costs
  /** How many requests had been sent by then, this one included. */
  readonly sent: number
}

/** How much of one limit is used now. */
export interface LimitUsage {
  readonly unit: string
  /** Who set it: the options, what was learned from refusals, or the provider's own words. */
  readonly source: 'quota' | 'learned' | 'provider'
  readonly permits: number
  /** Above `permits` where more was used than there is. */
  readonly used: number
  /** The period that a quota is for; left out where the provider has not said it, and where calls at work are counted. */
  readonly periodMs?: number
}

/** What one partition may spend: its quotas, what was learned of the provider's, and a pause. */
export class Allowance {
  readonly #quotas: readonly QuotaState[]
  readonly #calendar: boolean
  /** Set where calls at work are bounded. */
  readonly #concurrency: Concurrency | undefined
  /** `undefined` where requests have a quota of their own, or nothing is to be learned. */
  readonly #learned: LearnedLimit | undefined
  readonly #learns: boolean
  readonly #budgets = new Map<string, ServerBudget>()
  #sent = 0
  readonly #pause = new Pause()
  /** Whether others spend the same quotas, and a store says when there is room: what is counted here is this process alone. */
  readonly #shared: boolean
  /** Set while that store cannot be asked. */
  #loneShare: LoneShare | undefined

  constructor({ quotas, concurrency }: QuotaPlans, learns: boolean, shared = false) {
    this.#shared = shared
    this.#quotas = quotas.map(startQuota)
    this.#calendar = quotas.some(({ reset }) => reset !== undefined)
    this.#concurrency = concurrency && new Concurrency(concurrency)
    this.#learns = learns
    this.#learned = learns && !quotas.some(({ unit }) => unit === REQUESTS) ? new LearnedLimit() : undefined
  }

  readyInMs(clock: Clock, costs: Costs): number {
    const now = clock.now()
    const wallTimeMs = this.#wallTime(clock)
    let ready = Math.max(this.#pause.readyInMs(now), this.#learned?.readyInMs(now) ?? 0)
    // What all have at work together their store knows.
    const share = this.#shared ? this.#loneShare?.share : 1
    if (share !== undefined) ready = Math.max(ready, this.#concurrency?.readyInMs(share) ?? 0)
    if (this.#shared) ready = Math.max(ready, this.#loneShare?.readyInMs(now, costs) ?? 0)
    else
      for (const { unit, window, calendar, pacer } of this.#quotas) {
        const cost = costIn(costs, unit)
        const quotaReady = window?.readyInMs(now, cost) ?? calendar?.readyInMs(wallTimeMs, cost) ?? 0
        ready = Math.max(ready, quotaReady, pacer?.readyInMs(now, cost) ?? 0)
      }
    for (const [unit, budget] of this.#budgets) ready = Math.max(ready, budget.readyInMs(now, costIn(costs, unit)))
    return ready
  }

  /** @param waiting how many stand in line behind it */
  spend(clock: Clock, costs: Costs, waiting: number, random: Random): Spending {
    const now = clock.now()
    this.#pause.passed(now, waiting, random)
    const spending = { at: now, wallTimeMs: this.#wallTime(clock), costs, sent: ++this.#sent }
    this.#learned?.spend(now)
    this.#loneShare?.spend(now, costs)
    this.#concurrency?.begin()
    for (const quota of this.#quotas) charge(quota, spending, costIn(costs, quota.unit))
    for (const [unit, budget] of this.#budgets) budget.spend(costIn(costs, unit))
    return spending
  }

  /**
   * Nothing is spent yet, and this was spent before.
   *
   * @param past oldest first
   */
  remember(past: readonly PastUse[], clock: Clock): void {
    const wallNow = clock.wallTime()
    for (const { at, used: costs } of past) {
      const wallTimeMs = Math.min(at, wallNow)
      const spending = { at: clock.now() - (wallNow - wallTimeMs), wallTimeMs, costs, sent: 0 }
      this.#learned?.spend(spending.at, costIn(costs, REQUESTS))
      for (const quota of this.#quotas) charge(quota, spending, costIn(costs, quota.unit))
    }
  }

  /** From here on this part of the quotas is all that may be spent; 1: all of them, alone. */
  leaveAlone(share: number, now: number, random: Random): void {
    if (this.#loneShare?.share !== share) this.#loneShare = new LoneShare(share, this.#quotas, now, random)
  }

  /** The others can be asked again: what may be spent is for them to say. */
  joinOthers(): void {
    this.#loneShare = undefined
  }

  /** What was spent for is at work no more. Called once for each spending. */
  ended(): void {
    this.#concurrency?.end()
  }

  /** How many of its calls are at work; `undefined`: they are not counted. */
  get running(): number | undefined {
    return this.#concurrency?.running
  }

  /** The request never left. */
  giveBack(spending: Spending): void {
    const { at, costs } = spending
    this.#sent--
    this.#learned?.giveBack(at)
    for (const quota of this.#quotas) refund(quota, spending, costIn(costs, quota.unit))
    for (const [unit, budget] of this.#budgets) budget.spend(-costIn(costs, unit))
  }

  /** Puts what was really used in the place of the estimate. What was used beyond it is taken now, room or not. */
  settle(spending: Spending, usage: Readonly<Record<string, number>>, clock: Clock): void {
    const now = { ...spending, at: clock.now(), wallTimeMs: this.#wallTime(clock) }
    for (const [unit, used] of Object.entries(usage)) {
      const more = used - costIn(spending.costs, unit)
      for (const quota of this.#quotas) {
        if (quota.unit !== unit) continue
        if (more > 0) charge(quota, now, more)
        else refund(quota, spending, -more)
      }
    }
  }

  /**
   * The provider throttled the request and asked for a pause. Gives back whether that is longer than the pause so far.
   *
   * @param waiting how many stand in line
   */
  throttled({ at }: Spending, hintMs: number, now: number, waiting: number, random: Random): boolean {
    this.#learned?.throttled(at, hintMs, now)
    return this.pause(hintMs, now, waiting, random)
  }

  /** Everybody waits. Gives back whether that is longer than the pause so far. */
  pause(hintMs: number, now: number, waiting: number, random: Random): boolean {
    return this.#pause.begin(hintMs, now, waiting, random)
  }

  /** An answer says what is left. */
  heard(spending: Spending, limit: ServerLimit, now: number): void {
    if (!this.#learns) return
    let budget = this.#budgets.get(limit.unit)
    if (budget === undefined) {
      if (this.#budgets.size >= MOST_UNITS) return
      this.#budgets.set(limit.unit, (budget = new ServerBudget()))
    }
    budget.heard(limit, limit.unit === REQUESTS ? this.#sent - spending.sent : 0, now)
  }

  /** The provider's requests per minute, where they were found out. */
  get learnedLimit(): number | undefined {
    const limit = this.#learned?.limit
    return limit === Infinity ? undefined : limit
  }

  /** Every limit that is known now. */
  usage(clock: Clock): LimitUsage[] {
    const now = clock.now()
    const wallTimeMs = this.#wallTime(clock)
    const known = this.#quotas.map(({ unit, periodMs, permits, window, calendar }): LimitUsage => {
      const used = window?.used(now) ?? calendar?.used(wallTimeMs) ?? 0
      return { unit, source: 'quota', permits, used, periodMs }
    })
    if (this.#concurrency !== undefined) {
      const { limit, running } = this.#concurrency
      known.push({ unit: 'concurrency', source: 'quota', permits: limit, used: running })
    }
    const learned = this.#learned?.usage(now)
    if (learned !== undefined) known.push({ unit: REQUESTS, source: 'learned', ...learned })
    for (const [unit, budget] of this.#budgets) {
      const said = budget.usage(now)
      if (said !== undefined) known.push({ unit, source: 'provider', ...said })
    }
    return known
  }

  get pausedUntil(): number {
    return this.#pause.until
  }

  #wallTime(clock: Clock): number {
    return this.#calendar ? clock.wallTime() : 0
  }
}

/** More kinds of limits than any provider has: what a broken server invents is not kept. */
const MOST_UNITS = 16
