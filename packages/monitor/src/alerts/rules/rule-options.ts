import { checkDuration, checkOneOf } from '@spillway/core'
import { SEVERITIES, type AlertRule } from '../alert-rule.ts'

/** What all rules have in common. */
export type RuleOptions = Pick<AlertRule, 'severity' | 'forMs' | 'resolveAfterMs'>

/** @throws InvalidOptionsError when an option is out of its range */
export const checkRuleOptions = (owner: string, options: Required<RuleOptions>): void => {
  checkOneOf(`${owner}.severity`, options.severity, SEVERITIES)
  checkDuration(`${owner}.forMs`, options.forMs)
  checkDuration(`${owner}.resolveAfterMs`, options.resolveAfterMs)
}
