import type { Counting } from '../../kernel/accounts.ts'
import { checkKnown, checkNumber } from '../../kernel/check-options.ts'
import type { AccountReport } from './account-report.ts'
import { callAccounts } from './count-attempts.ts'
import { Ledger } from './ledger.ts'
import { checkPrices, type Prices } from './price.ts'

/** Options of {@link openAccount}. */
export interface AccountOptions {
  /** What each model costs. @default none: tokens and images are counted, and what endpoints say in `costPerCall` */
  readonly prices?: Prices
  /**
   * The most that all attempts together may cost: 0 or more, or `Infinity`. An attempt that is expected to pass it is
   * refused before it is sent. @default Infinity
   */
  readonly maxCost?: number
}

/** Counts what the attempts of one logical call use, through whatever pipelines they go. */
export interface Account extends Counting {
  /** What is known now. */
  report(): AccountReport
  /**
   * The report when nothing is at work any more: also what ends after its caller was answered, such as the loser of a hedge
   * or an operation that ignores its signal. An attempt that never ends keeps it waiting.
   */
  settled(): Promise<AccountReport>
}

/**
 * Opens an account: tokens, images, requests and money of one logical call, however many pipelines and attempts it takes.
 *
 * ```ts
 * import { openAccount, pipeline, requestedModel, retry } from '@spillway/core'
 *
 * const account = openAccount({ prices: { painter: { perImage: 0.04 } }, maxCost: 1 })
 * const calls = pipeline([retry()])
 * const draw = calls.execute(
 *   async (context) => {
 *     context.providerSaid({ usage: { images: 2 } }) // adapters do this
 *     return 'two kites'
 *   },
 *   { account, values: [[requestedModel, 'painter']] },
 * )
 * console.log(await draw, account.report().cost) // => two kites 0.08
 * ```
 *
 * @throws InvalidOptionsError when a price or the ceiling is no number from 0
 */
export const openAccount = (options: AccountOptions = {}): Account => {
  checkKnown('openAccount', options, ['prices', 'maxCost'])
  const { prices = {}, maxCost = Infinity } = options
  checkPrices('openAccount.prices', prices)
  checkNumber('openAccount.maxCost', maxCost, { min: 0, infinite: true })
  return ledgerAccount(prices, maxCost)
}

/** An account with all that is behind it. */
export const ledgerAccount = (prices: Prices = {}, maxCost: number = Infinity): Ledger & Account =>
  Object.assign(new Ledger(prices, maxCost), { gate: callAccounts })
