import type { CallContext } from '../../kernel/call-context.ts'
import type { Timer } from '../../kernel/clock.ts'
import { ASKING } from '../../primitives/waiting-line.ts'
import { costIn, type Costs } from './costs.ts'
import type { QuotaPlans, SharedAnswer, SharedGrant, SharedQuota, UnitCosts } from './shared-quota-store.ts'

/** A store that has not answered by then is taken for one that cannot be asked. Stores have shorter limits of their own. */
const LONGEST_ANSWER_MS = 1000

/** Hears what a store answered. */
export interface SharedHearer {
  /** The line may go on. */
  readonly answered: () => void
  /** How many stand in it. */
  readonly standing: () => number
  /** The store cannot be asked: this part of the quotas is left to this process. */
  readonly alone: (share: number, context: CallContext) => void
  /** It can be asked again. */
  readonly together: (context: CallContext) => void
  /** The provider asked somebody for a pause, of which so much is left. */
  readonly paused: (pausedMs: number, context: CallContext) => void
}

/** A permit in hand, for whoever stands first; `alone`: spent without asking. */
type Ticket = { readonly costs: UnitCosts; readonly grant: SharedGrant | 'alone' }

/**
 * Asks a shared quota for the line of one partition: one question at a time, for whoever stands first, and none before the
 * instant that the last refusal named.
 */
export class SharedPermits {
  readonly #quota: SharedQuota
  readonly #units: readonly string[]
  readonly #hearer: SharedHearer
  #asking = false
  #ticket: Ticket | undefined
  /** Whether calls at work are counted, each until it has ended. */
  readonly #counted: boolean
  #readyAt = 0
  /** Set while all places are taken: {@link #readyAt} is then only when to ask again. */
  #full: { readonly timer: Timer | undefined; readonly freed: PromiseWithResolvers<void> } | undefined
  /** What is being asked for may have become free since. */
  #outdated = false
  /** The share that was told, while the store cannot be asked. */
  #share: number | undefined
  #refusing = false

  constructor(quota: SharedQuota, { quotas, concurrency }: QuotaPlans, hearer: SharedHearer) {
    this.#quota = quota
    this.#units = [...new Set(quotas.map(({ unit }) => unit))]
    this.#counted = concurrency !== undefined
    this.#hearer = hearer
  }

  /** Whether whoever stands in line now is sent away: the store has just failed, and nothing may be spent without it. */
  get refusing(): boolean {
    return this.#refusing
  }

  /** Whether that is how it was when it was asked last. */
  get refuses(): boolean {
    return this.#share === 0
  }

  /** Milliseconds until the store is worth asking, from its last refusal: 0 = now. */
  readyInMs(now: number): number {
    return Math.max(0, this.#readyAt - now)
  }

  /** The same, where there is such a wait. */
  knownWaitMs(now: number): number | undefined {
    return this.#readyAt > now && this.#full === undefined ? this.#readyAt - now : undefined
  }

  /** Settles when there may be a place, while all are taken. */
  get untilFreed(): Promise<void> | undefined {
    return this.#full?.freed.promise
  }

  /**
   * 0: a permit is in hand, for {@link use}. `ASKING`: the answer comes. Else in how many milliseconds to ask again; `Infinity`:
   * when a call ends.
   */
  ask(context: CallContext, costs: Costs): number {
    const wanted = this.#costsOf(costs)
    if (this.#ticket !== undefined && this.#units.every((unit) => this.#ticket?.costs[unit] === wanted[unit])) return 0
    this.drop()
    const ready = this.readyInMs(context.call.clock.now())
    if (ready > 0) return this.#full === undefined ? ready : Infinity
    if (!this.#asking) this.#askStore(context, wanted)
    return ASKING
  }

  /** Takes the permit in hand. */
  use(): SharedGrant | undefined {
    const ticket = this.#ticket
    this.#ticket = undefined
    return ticket?.grant === 'alone' ? this.#quota.spent(ticket.costs) : ticket?.grant
  }

  /** Whoever stands first cannot use the permit in hand: it goes back. */
  drop(): void {
    const grant = this.#ticket?.grant
    this.#ticket = undefined
    if (grant !== undefined && grant !== 'alone') this.#returns(grant)
  }

  giveBack(grant: SharedGrant): void {
    this.#quota.settle(grant, Object.fromEntries(this.#units.map((unit) => [unit, 0])))
  }

  /** What was granted has ended. Called once for each grant. */
  end(grant: SharedGrant): void {
    if (!this.#counted) return
    this.#quota.end(grant)
    this.#notFull()
  }

  /** There may be a place: whoever stands first asks again. */
  freed(): void {
    this.#notFull()
    this.#hearer.answered()
  }

  settle(grant: SharedGrant, used: Readonly<Record<string, number>>): void {
    const known = this.#units.filter((unit) => Object.hasOwn(used, unit))
    if (known.length === 0) return
    this.#quota.settle(grant, { ...grant.costs, ...Object.fromEntries(known.map((unit) => [unit, used[unit] ?? 0])) })
  }

  pause(pauseMs: number): void {
    this.#quota.pause(pauseMs)
  }

  dispose(): void {
    this.drop()
    this.#notFull()
    this.#quota.dispose()
  }

  #returns(grant: SharedGrant): void {
    this.giveBack(grant)
    this.end(grant)
  }

  /** From now on it may be asked again, at once. */
  #notFull(): void {
    this.#outdated ||= this.#asking
    if (this.#full === undefined) return
    const { timer, freed } = this.#full
    timer?.cancel()
    this.#full = undefined
    this.#readyAt = 0
    freed.resolve()
  }

  #costsOf(costs: Costs): UnitCosts {
    return Object.fromEntries(this.#units.map((unit) => [unit, costIn(costs, unit)]))
  }

  #askStore(context: CallContext, costs: UnitCosts): void {
    this.#asking = true
    this.#outdated = false
    let waiting = true
    const end = (): boolean => {
      if (!waiting) return false
      waiting = false
      timer.cancel()
      return true
    }
    const timer = context.call.clock.setTimer(LONGEST_ANSWER_MS, () => {
      if (end()) this.#lost(context, costs)
    })
    const ask = async (): Promise<void> => {
      let answer: SharedAnswer
      try {
        answer = await this.#quota.take(costs)
      } catch {
        if (end()) this.#lost(context, costs)
        return
      }
      if (end()) this.#heard(answer, context, costs)
      else if (answer.kind === 'granted') this.#returns(answer.grant)
    }
    void ask()
  }

  #heard(answer: SharedAnswer, context: CallContext, costs: UnitCosts): void {
    if (answer.kind === 'alone') return this.#lost(context, costs)
    if (this.#share !== undefined) {
      this.#share = undefined
      this.#hearer.together(context)
    }
    if (answer.kind === 'granted') this.#ticket = { costs, grant: answer.grant }
    else if (answer.kind === 'full') {
      if (!this.#outdated) this.#wait(answer.askInMs, context)
    } else {
      this.#readyAt = context.call.clock.now() + answer.readyInMs
      if (answer.pausedMs !== undefined) this.#hearer.paused(answer.pausedMs, context)
    }
    this.#goOn()
  }

  /** For a place: nobody knows how long. */
  #wait(askInMs: number, { call: { clock } }: CallContext): void {
    const timer = askInMs === Infinity ? undefined : clock.setTimer(Math.max(1, askInMs), () => this.freed())
    this.#full = { timer, freed: Promise.withResolvers() }
    this.#readyAt = clock.now() + askInMs
  }

  #lost(context: CallContext, costs: UnitCosts): void {
    const { share } = this.#quota
    if (share !== this.#share) this.#hearer.alone(share, context)
    this.#share = share
    this.#refusing = share === 0
    if (!this.#refusing) this.#ticket = { costs, grant: 'alone' }
    this.#goOn()
    this.#refusing = false
  }

  #goOn(): void {
    this.#asking = false
    this.#hearer.answered()
    // Who asked may have gone, with everybody else.
    if (this.#hearer.standing() === 0) this.drop()
  }
}
