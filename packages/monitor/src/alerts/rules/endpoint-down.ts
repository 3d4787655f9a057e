import { checkKnown } from '@spillway/core'
import { percent, placeOf } from '../../disagreement/sentence.ts'
import type { AlertRule } from '../alert-rule.ts'
import { checkRuleOptions, type RuleOptions } from './rule-options.ts'

/** What {@link endpointDown} takes where an option is left out. */
export const ENDPOINT_DOWN_DEFAULTS: Required<RuleOptions> = {
  severity: 'critical',
  forMs: 60_000,
  resolveAfterMs: 120_000,
}

/** Next to nothing succeeds at an endpoint. @throws InvalidOptionsError when an option is out of its range */
export const endpointDown = (options: RuleOptions = {}): AlertRule => {
  checkKnown('endpointDown', options, Object.keys(ENDPOINT_DOWN_DEFAULTS))
  const rule = { ...ENDPOINT_DOWN_DEFAULTS, ...options }
  checkRuleOptions('endpointDown', rule)
  return {
    name: 'endpoint-down',
    ...rule,
    find: ({ endpoints }) =>
      endpoints
        .filter(({ level }) => level === 'down')
        .map((each) => ({
          subject: placeOf(each),
          text:
            each.attempts === 0
              ? `${placeOf(each)} was down when it was asked last`
              : `${placeOf(each)} is down: ${percent(each.successRatio ?? 0)} of the last ${Math.round(each.attempts)} attempts were answered`,
        })),
  }
}
