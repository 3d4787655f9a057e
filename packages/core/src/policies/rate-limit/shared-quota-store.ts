import type { NextReset } from './calendar-reset.ts'

/** A quota with its numbers filled in, as a store gets it. */
export interface QuotaPlan {
  /** What it counts. */
  readonly unit: string
  /** Permits per period: above 0. */
  readonly permits: number
  /** The period in milliseconds: above 0. */
  readonly periodMs: number
  /** Whether permits come one by one instead of as fast as they last. */
  readonly smooth: boolean
  /** Set where all permits come back when a day begins: the first such instant after another, in milliseconds since 1970 UTC. */
  readonly reset: NextReset | undefined
}

/** How many calls may be at work at once, as a store gets it. */
export interface ConcurrencyPlan {
  /** An integer from 1. */
  readonly maxConcurrency: number
  /** After how many milliseconds without a word of it the calls of a process count no more: above 0. */
  readonly leaseMs: number
}

/** All limits of one partition. */
export interface QuotaPlans {
  readonly quotas: readonly QuotaPlan[]
  readonly concurrency: ConcurrencyPlan | undefined
}

/** What is spent, by the units of the quotas. */
export type UnitCosts = Readonly<Record<string, number>>

/** What a store answers to who asks for permits. */
export type SharedAnswer =
  /** They are taken, of every quota. */
  | { readonly kind: 'granted'; readonly grant: SharedGrant }
  /** None is taken. Ask again in so many milliseconds; `pausedMs` of them, or more, because the provider asked for a pause. */
  | { readonly kind: 'wait'; readonly readyInMs: number; readonly pausedMs?: number }
  /**
   * None is taken: as many calls are at work as may be. When one of them ends nobody knows. Ask again in so many milliseconds;
   * `Infinity`: when the store says that there is a place.
   */
  | { readonly kind: 'full'; readonly askInMs: number }
  /** The store has just come back and does not know yet what was spent meanwhile: go on as if it could not be asked. */
  | { readonly kind: 'alone' }

/** What was taken, for its store alone to read. */
export interface SharedGrant {
  /** What it was taken for. */
  readonly costs: UnitCosts
}

/** The quotas of one partition, spent by everybody who opened them. */
export interface SharedQuota {
  /** Takes the permits of all quotas at once, and a place where calls at work are counted; or nothing. Rejects where the store cannot be asked. */
  take(costs: UnitCosts): PromiseLike<SharedAnswer>
  /** Tells of permits that were spent without asking, because the store could not be asked. It hears of them when it can. */
  spent(costs: UnitCosts): SharedGrant
  /**
   * Puts what was really used in the place of what was taken: 0 gives it back. What was used beyond it is taken, room or not.
   * Nobody waits for it, and it does not throw.
   */
  settle(grant: SharedGrant, used: UnitCosts): void
  /**
   * The call of a grant has ended, or never began: its place is free. Called once for each grant where calls at work are counted.
   * Nobody waits for it, and it does not throw.
   */
  end(grant: SharedGrant): void
  /** The provider throttled a call: everybody waits so many milliseconds. Nobody waits for it, and it does not throw. */
  pause(pauseMs: number): void
  /**
   * The part of the quotas that this process may spend while the store cannot be asked, from 0 to 1: one through the number of
   * processes. 0: calls are refused.
   */
  readonly share: number
  /** Nothing more is asked. */
  dispose(): void
}

/** Where the permits of {@link rateLimit} are kept when several pipelines or processes spend the same ones. */
export interface SharedQuotaStore {
  /**
   * Called once for each partition. Whoever opens one of the same name has the same permits.
   *
   * @param partition its name: the endpoint's, unless `partitionKey` says something else
   * @param quotas what may be spent in a time
   * @param concurrency how many calls may be at work; `undefined`: they are not counted
   * @param freed may be called when there is a place for whoever was told that all are taken: it asks now, or never
   */
  open(partition: string, quotas: readonly QuotaPlan[], concurrency?: ConcurrencyPlan, freed?: () => void): SharedQuota
}
