import { checkKnown, checkNumber } from '@spillway/core'
import { percent, placeOf } from '../../disagreement/sentence.ts'
import type { AlertRule } from '../alert-rule.ts'
import { checkRuleOptions, type RuleOptions } from './rule-options.ts'

/** Options of {@link overloadAbove}. */
export interface OverloadAboveOptions extends RuleOptions {
  /** The share of attempts refused for want of capacity: above 0, at most 1. @default 0.5 */
  readonly ratio?: number
  /** How many attempts the window must hold: an integer from 1. @default 10 */
  readonly minAttempts?: number
}

/** What {@link overloadAbove} takes where an option is left out. */
export const OVERLOAD_ABOVE_DEFAULTS: Required<OverloadAboveOptions> = {
  ratio: 0.5,
  minAttempts: 10,
  severity: 'warning',
  forMs: 300_000,
  resolveAfterMs: 120_000,
}

/** Too many attempts at an endpoint are refused for want of capacity. @throws InvalidOptionsError when an option is out of its range */
export const overloadAbove = (options: OverloadAboveOptions = {}): AlertRule => {
  checkKnown('overloadAbove', options, Object.keys(OVERLOAD_ABOVE_DEFAULTS))
  const { ratio, minAttempts, ...rule } = { ...OVERLOAD_ABOVE_DEFAULTS, ...options }
  checkRuleOptions('overloadAbove', rule)
  checkNumber('overloadAbove.ratio', ratio, { min: Number.MIN_VALUE, max: 1 })
  checkNumber('overloadAbove.minAttempts', minAttempts, { min: 1, integer: true })
  return {
    name: 'overload',
    ...rule,
    find: ({ endpoints }) =>
      endpoints
        .filter(({ overloadedRatio = 0, attempts }) => attempts >= minAttempts && overloadedRatio >= ratio)
        .map((each) => ({
          subject: placeOf(each),
          text: `${percent(each.overloadedRatio ?? 0)} of the attempts at ${placeOf(each)} are refused for want of capacity`,
        })),
  }
}
