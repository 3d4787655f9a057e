import { checkKnown } from '@spillway/core'
import type { AlertRule } from '../alert-rule.ts'
import { policyShares } from './policy-states.ts'
import { checkRuleOptions, type RuleOptions } from './rule-options.ts'

/** What {@link retryBudgetSpent} takes where an option is left out. */
export const RETRY_BUDGET_SPENT_DEFAULTS: Required<RuleOptions> = {
  severity: 'warning',
  forMs: 300_000,
  resolveAfterMs: 120_000,
}

/** A retry budget is spent: retries are slowed down, or refused. @throws InvalidOptionsError when an option is out of its range */
export const retryBudgetSpent = (options: RuleOptions = {}): AlertRule => {
  checkKnown('retryBudgetSpent', options, Object.keys(RETRY_BUDGET_SPENT_DEFAULTS))
  const rule = { ...RETRY_BUDGET_SPENT_DEFAULTS, ...options }
  checkRuleOptions('retryBudgetSpent', rule)
  return {
    name: 'retry-budget-spent',
    ...rule,
    find: (snapshot) =>
      policyShares(snapshot).flatMap(({ subject, state: { budget } }) => {
        const { spent, allowed } = (budget ?? {}) as { readonly spent?: unknown; readonly allowed?: unknown }
        const isSpent = typeof spent === 'number' && typeof allowed === 'number' && spent >= allowed
        return isSpent ? [{ subject, text: `the retry budget of ${subject} is spent: ${spent} of ${allowed}` }] : []
      }),
  }
}
