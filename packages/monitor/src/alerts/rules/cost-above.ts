import { checkKnown, checkNumber } from '@spillway/core'
import type { AlertRule } from '../alert-rule.ts'
import { checkRuleOptions, type RuleOptions } from './rule-options.ts'

/** Options of {@link costAbove}. */
export interface CostAboveOptions extends RuleOptions {
  /** What an hour may cost, in the currency of the accounts' prices: above 0. */
  readonly costPerHour: number
}

/** What {@link costAbove} takes where an option is left out. */
export const COST_ABOVE_DEFAULTS: Required<RuleOptions> = { severity: 'warning', forMs: 0, resolveAfterMs: 600_000 }

/** Attempts of the last hour cost more than they should. @throws InvalidOptionsError when an option is out of its range */
export const costAbove = (options: CostAboveOptions): AlertRule => {
  checkKnown('costAbove', options, ['costPerHour', ...Object.keys(COST_ABOVE_DEFAULTS)])
  const { costPerHour, ...rule } = { ...COST_ABOVE_DEFAULTS, ...options }
  checkNumber('costAbove.costPerHour', costPerHour, { min: Number.MIN_VALUE })
  checkRuleOptions('costAbove', rule)
  return {
    name: 'cost',
    ...rule,
    find: ({ costLastHour }) =>
      costLastHour > costPerHour
        ? { subject: 'cost', text: `the last hour cost ${costLastHour.toFixed(2)}, more than ${costPerHour}` }
        : undefined,
  }
}
