import { checkKnown, checkDuration, checkNumber } from '../../kernel/check-options.ts'
import type { Limit } from './limit.ts'
import { checkRange, type LimitRange } from './limit-range.ts'

/** Options of {@link aimdLimit}. */
export interface AimdLimitOptions extends LimitRange {
  /** What a refusal leaves of the limit: above 0, below 1. @default 0.9 */
  readonly backoffRatio?: number
  /** Refusals lower it at most once in so many milliseconds. @default 1000 */
  readonly cooldownMs?: number
}

/** What {@link aimdLimit} takes where an option is left out. */
export const AIMD_LIMIT_DEFAULTS: Required<AimdLimitOptions> = {
  initial: 32,
  min: 4,
  max: 64,
  backoffRatio: 0.9,
  cooldownMs: 1000,
}

/** A quarter more than the provider works on, and two: room to find out whether it takes on more. */
const roomAbove = (served: number): number => served * 1.25 + 2

/**
 * Additive increase, multiplicative decrease, as TCP does it: a refusal lowers the limit to a share of it, each round of
 * answers without one raises it by one, and each further round by twice as much as the round before.
 *
 * Two things are different for answers that take a minute, and for refusals that are other people's load. A refusal never
 * lowers the limit below what the provider is working on and a quarter more. And what it works on counts before it is
 * answered: when capacity returns, the limit follows within seconds. How long answers take does not matter.
 *
 * ```ts
 * import { adaptiveConcurrency, aimdLimit, pipeline } from '@spillway/core'
 *
 * const calls = pipeline([adaptiveConcurrency({ limit: () => aimdLimit({ initial: 20, max: 200 }) })])
 * console.log(await calls.execute(async () => 'one of twenty')) // => one of twenty
 * ```
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export const aimdLimit = (options: AimdLimitOptions = {}): Limit => {
  checkKnown('aimdLimit', options, Object.keys(AIMD_LIMIT_DEFAULTS))
  const resolved = { ...AIMD_LIMIT_DEFAULTS, ...options }
  checkRange('aimdLimit', resolved)
  const { initial, min, max, backoffRatio, cooldownMs } = resolved
  checkNumber('aimdLimit.backoffRatio', backoffRatio, { min: Number.MIN_VALUE, max: 1 - Number.EPSILON })
  checkDuration('aimdLimit.cooldownMs', cooldownMs)
  let limit = initial
  let loweredAt = -Infinity
  let step = 1
  let leftOfRound = initial

  return {
    get current() {
      return Math.floor(limit)
    },
    allows: (served) => Math.min(max, Math.floor(Math.max(limit, roomAbove(served)))),
    sample({ kind, inFlight, served, sentAt, now }) {
      if (kind === 'drop') {
        step = 1
        leftOfRound = Math.floor(limit)
        // What was sent under the former limit says nothing about this one: slow refusals of one round count once.
        if (sentAt < loweredAt || now - loweredAt < cooldownMs) return
        limit = Math.min(limit, Math.max(min, limit * backoffRatio, roomAbove(served)))
        loweredAt = now
        return
      }
      // A limit that nobody comes near was not tested by this answer. One that was passed was too low.
      if (inFlight < limit / 2) return
      limit = Math.min(max, Math.max(limit + step / limit, inFlight))
      if (--leftOfRound > 0) return
      leftOfRound = Math.floor(limit)
      step = Math.min(max, step * 2)
    },
  }
}
