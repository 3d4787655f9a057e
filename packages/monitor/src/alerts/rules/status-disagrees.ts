import { checkKnown } from '@spillway/core'
import { placeOf } from '../../disagreement/sentence.ts'
import type { AlertRule } from '../alert-rule.ts'
import { checkRuleOptions, type RuleOptions } from './rule-options.ts'

/** What {@link statusDisagrees} takes where an option is left out. The monitor has waited before it speaks of a disagreement. */
export const STATUS_DISAGREES_DEFAULTS: Required<RuleOptions> = {
  severity: 'warning',
  forMs: 0,
  resolveAfterMs: 120_000,
}

/** Calls and a status page say different things. @throws InvalidOptionsError when an option is out of its range */
export const statusDisagrees = (options: RuleOptions = {}): AlertRule => {
  checkKnown('statusDisagrees', options, Object.keys(STATUS_DISAGREES_DEFAULTS))
  const rule = { ...STATUS_DISAGREES_DEFAULTS, ...options }
  checkRuleOptions('statusDisagrees', rule)
  return {
    name: 'status-disagrees',
    ...rule,
    find: ({ disagreements }) =>
      disagreements.map((each) => ({
        subject: `${each.feed}: ${placeOf(each)}`,
        text: each.sentence,
        since: each.since,
      })),
  }
}
