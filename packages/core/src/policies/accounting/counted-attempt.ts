import type { Call } from '../../kernel/call.ts'
import type { Usage } from '../../kernel/provider-report.ts'
import type { Verdict } from '../../kernel/verdict.ts'
import { costOf, type Price, type Prices } from './price.ts'

/** Whether the provider charges for an attempt. */
export type Billed = NonNullable<Verdict['billed']>

/** One attempt, as accounts know it. */
export interface CountedAttempt {
  readonly call: Call
  /** The number of the last attempt on this branch before it: the same at the end means that it did not begin. */
  readonly attemptBefore: number
  /** Names under which its model may have a price, the best first. */
  readonly models: readonly string[]
  readonly expected: Usage | undefined
  /** What its endpoint says that a call costs there. */
  readonly costPerCall: number | undefined
  /** Whether another attempt of the call was at work when it began. */
  readonly hedged: boolean
  /** What the provider said that it used. */
  usage: Usage | undefined
  /** How it ended for its caller; `undefined` while it is at work. */
  verdict: Verdict | undefined
  /** Whether it was ended from outside: a limit, a lost race, a caller that left. */
  abandoned: boolean
}

/** The model's name under which it is counted. */
export const modelOf = ({ models }: CountedAttempt, prices: Prices): string | undefined =>
  models.find((model) => Object.hasOwn(prices, model)) ?? models[0]

const priceOf = (attempt: CountedAttempt, prices: Prices): Price | undefined => {
  const model = modelOf(attempt, prices)
  return model !== undefined && Object.hasOwn(prices, model) ? prices[model] : undefined
}

/** What it should cost, before it is sent; `undefined` where nobody has said anything about it. */
export const expectedCostOf = (attempt: CountedAttempt, prices: Prices): number | undefined => {
  const { expected, costPerCall } = attempt
  const price = priceOf(attempt, prices)
  if (price === undefined || (expected === undefined && costPerCall !== undefined)) return costPerCall
  return costOf(price, expected ?? {})
}

/** What it has cost, if it is billed: by what the provider said, as far as it has said something. */
export const costOfAttempt = (attempt: CountedAttempt, prices: Prices): number | undefined => {
  const price = priceOf(attempt, prices)
  if (attempt.usage === undefined || price === undefined) return expectedCostOf(attempt, prices)
  return costOf(price, { ...attempt.expected, ...attempt.usage })
}

/** What nobody knows is unknown; what the provider has counted, or what worked, is billed. */
export const billedOf = ({ verdict, usage }: CountedAttempt): Billed => {
  if (verdict?.billed !== undefined) return verdict.billed
  if (verdict?.sent === false || verdict?.kind === 'rejected') return 'no'
  return usage !== undefined || verdict?.kind === 'success' ? 'yes' : 'unknown'
}
