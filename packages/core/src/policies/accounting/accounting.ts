import type { Call } from '../../kernel/call.ts'
import type { CallContext } from '../../kernel/call-context.ts'
import { checkFunction, checkKnown, checkNumber } from '../../kernel/check-options.ts'
import type { Gate } from '../../kernel/policy.ts'
import type { AccountReport } from './account-report.ts'
import { ACCOUNTING_DEFAULTS, type AccountingOptions } from './accounting-options.ts'
import { countAttempts } from './count-attempts.ts'
import { expectedUsage, requestedModel } from './expected.ts'
import { Ledger } from './ledger.ts'
import { checkPrices } from './price.ts'

/** An {@link accounting} policy, with what it has counted. */
export interface Accounting extends Gate {
  snapshot(): AccountReport
}

/**
 * Counts what all attempts of a pipeline use and cost, and refuses the attempt with which a call would pass its ceiling.
 * For the innermost place: the provider counts and bills attempts.
 *
 * ```ts
 * import { accounting, isSpillwayError, pipeline, retry } from '@spillway/core'
 *
 * const prices = { painter: { perImage: 0.04 } }
 * const count = accounting({ prices, maxCost: 0.1, requestedModel: () => 'painter', expectedUsage: () => ({ images: 1 }) })
 * const calls = pipeline([retry({ jitter: 'none' }), count])
 * try {
 *   await calls.execute(() => Promise.reject(new Error('reset by peer')))
 * } catch (error) {
 *   console.log(isSpillwayError(error) && error.code) // => ERR_SPILLWAY_COST_LIMIT_EXCEEDED
 * }
 * console.log(count.snapshot().attempts, count.snapshot().unknownCost) // => 2 0.08
 * ```
 *
 * @throws InvalidOptionsError when a price or the ceiling is no number from 0
 */
export const accounting = (options: AccountingOptions = {}): Accounting => {
  checkKnown('accounting', options, [...Object.keys(ACCOUNTING_DEFAULTS), 'expectedUsage', 'requestedModel'])
  const resolved = { ...ACCOUNTING_DEFAULTS, ...options }
  const { name, prices, maxCost } = resolved
  checkPrices('accounting.prices', prices)
  checkNumber('accounting.maxCost', maxCost, { min: 0, infinite: true })
  checkFunction('accounting.expectedUsage', options.expectedUsage, true)
  checkFunction('accounting.requestedModel', options.requestedModel, true)
  const totals = new Ledger(prices, Infinity)
  const all = [totals]
  const byCall = new WeakMap<Call, Ledger>()

  const ledgersOf = ({ call }: CallContext): readonly Ledger[] => {
    if (maxCost === Infinity) return all
    let own = byCall.get(call)
    if (own === undefined) byCall.set(call, (own = new Ledger(prices, maxCost)))
    return [totals, own]
  }

  /** A function of the user's; what it throws is reported, and nothing is expected. */
  const ask = <T>(
    rule: string,
    answer: ((context: CallContext) => T) | undefined,
    context: CallContext,
  ): T | undefined => {
    try {
      return answer?.(context)
    } catch (thrown) {
      context.report(`${name}.${rule}`, thrown)
      return undefined
    }
  }
  const gate = countAttempts(name, ledgersOf, (context) => ({
    model: ask('requestedModel', options.requestedModel, context) ?? context.get(requestedModel),
    usage: ask('expectedUsage', options.expectedUsage, context) ?? context.get(expectedUsage),
  }))
  return Object.assign(gate, {
    kind: 'accounting',
    options: { name, maxCost, models: Object.keys(prices) },
    snapshot: () => totals.report(),
  })
}
