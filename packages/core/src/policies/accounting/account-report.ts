import type { Usage } from '../../kernel/provider-report.ts'
import type { Billed } from './counted-attempt.ts'

/** What was used and what it cost. Plain data; money in the currency of the prices. */
export interface AccountReport {
  /** Attempts that have begun: hedges, and those that nobody waits for any more, included. */
  readonly attempts: number
  /** Those that left for the provider, as far as is known. */
  readonly requests: number
  /** Those that began while another one of the same call was at work. */
  readonly hedged: number
  /** Those that were ended from outside: by a limit, a lost race, a caller that left. */
  readonly abandoned: number
  /** Those that are at work, or whose stream is being read. 0: nothing will be added by them. */
  readonly atWork: number
  /** Of those at work, the abandoned. */
  readonly orphans: number
  /** Whether those that have ended are billed. */
  readonly billed: Readonly<Record<Billed, number>>
  /** What providers said that was used, by unit. */
  readonly usage: Usage
  /** The cost of what is billed. */
  readonly cost: number
  /** What those would cost of which nobody knows whether they are billed. Counts toward `maxCost`. */
  readonly unknownCost: number
  /** What those at work should cost. Counts toward `maxCost`. */
  readonly expectedCost: number
  /** Ended attempts that are, or may be, billed at a price that nobody has said. */
  readonly unpriced: number
  /** The same for each model: by the name that its price has, or its endpoint; `''` where it has none. */
  readonly models: Readonly<Record<string, ModelReport>>
}

/** What one model was used for. */
export interface ModelReport extends Pick<AccountReport, 'attempts' | 'usage' | 'cost' | 'unknownCost'> {}
