import { checkKnown, checkNumber } from '@spillway/core'
import type { AlertRule } from '../alert-rule.ts'
import { policyShares } from './policy-states.ts'
import { checkRuleOptions, type RuleOptions } from './rule-options.ts'

/** Options of {@link queueGrowing}. */
export interface QueueGrowingOptions extends RuleOptions {
  /** How many calls must stand in the line before its growth matters: a number from 0. @default 10 */
  readonly above?: number
}

/** What {@link queueGrowing} takes where an option is left out. */
export const QUEUE_GROWING_DEFAULTS: Required<QueueGrowingOptions> = {
  above: 10,
  severity: 'warning',
  forMs: 300_000,
  resolveAfterMs: 120_000,
}

/** How far back a line is compared. */
const LOOK_BACK_MS = 60_000

interface Length {
  readonly at: number
  readonly waiting: number
}

/**
 * A line grows: there are more in it than a minute before, all the time. @throws InvalidOptionsError when an option is out of its
 * range
 */
export const queueGrowing = (options: QueueGrowingOptions = {}): AlertRule => {
  checkKnown('queueGrowing', options, Object.keys(QUEUE_GROWING_DEFAULTS))
  const { above, ...rule } = { ...QUEUE_GROWING_DEFAULTS, ...options }
  checkNumber('queueGrowing.above', above, { min: 0 })
  checkRuleOptions('queueGrowing', rule)
  /** The lengths of the last minute, and the last one before it. Only of lines that are there. */
  let lines = new Map<string, readonly Length[]>()
  return {
    name: 'queue-growing',
    ...rule,
    find(snapshot) {
      const { at } = snapshot
      const before = lines
      lines = new Map()
      return policyShares(snapshot).flatMap(({ subject, state: { waiting } }) => {
        if (typeof waiting !== 'number') return []
        const lengths = [...(before.get(subject) ?? []), { at, waiting }]
        const first = lengths.findLastIndex((each) => at - each.at >= LOOK_BACK_MS)
        const kept = lengths.slice(Math.max(0, first))
        lines.set(subject, kept)
        const past = first < 0 ? undefined : kept[0]
        if (past === undefined || waiting <= above || waiting <= past.waiting) return []
        return [
          { subject, text: `${waiting} calls wait in ${subject}, ${waiting - past.waiting} more than a minute ago` },
        ]
      })
    },
  }
}
