import { checkKnown } from '@spillway/core'
import type { AlertRule } from '../alert-rule.ts'
import { policyShares } from './policy-states.ts'
import { checkRuleOptions, type RuleOptions } from './rule-options.ts'

/** What {@link circuitOpen} takes where an option is left out. */
export const CIRCUIT_OPEN_DEFAULTS: Required<RuleOptions> = {
  severity: 'warning',
  forMs: 300_000,
  resolveAfterMs: 120_000,
}

/**
 * A circuit has not closed for long: it is open, held open by hand, or its probes fail. @throws InvalidOptionsError when an option is
 * out of its range
 */
export const circuitOpen = (options: RuleOptions = {}): AlertRule => {
  checkKnown('circuitOpen', options, Object.keys(CIRCUIT_OPEN_DEFAULTS))
  const rule = { ...CIRCUIT_OPEN_DEFAULTS, ...options }
  checkRuleOptions('circuitOpen', rule)
  return {
    name: 'circuit-open',
    ...rule,
    find: (snapshot) =>
      policyShares(snapshot)
        .filter(
          ({ kind, state }) => kind === 'circuitBreaker' && typeof state.state === 'string' && state.state !== 'closed',
        )
        .map(({ subject, state }) => ({ subject, text: `${subject} is ${String(state.state)}` })),
  }
}
