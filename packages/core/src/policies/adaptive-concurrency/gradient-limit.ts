import { checkKnown, checkDuration, checkNumber } from '../../kernel/check-options.ts'
import { MovingQuantile } from '../../primitives/moving-quantile.ts'
import type { Limit } from './limit.ts'
import { checkRange, type LimitRange } from './limit-range.ts'

/** Options of {@link gradientLimit}. */
export interface GradientLimitOptions extends LimitRange {
  /** How far recent answers may be slower than undisturbed ones before the limit falls: at least 1. @default 1.5 */
  readonly toleranceRatio?: number
  /** What a refusal leaves of the limit: above 0, below 1. @default 0.9 */
  readonly backoffRatio?: number
  /** Refusals lower it at most once in so many milliseconds. @default 1000 */
  readonly cooldownMs?: number
}

/** What {@link gradientLimit} takes where an option is left out. */
export const GRADIENT_LIMIT_DEFAULTS: Required<GradientLimitOptions> = {
  initial: 32,
  min: 4,
  max: 64,
  toleranceRatio: 1.5,
  backoffRatio: 0.9,
  cooldownMs: 1000,
}

/** Few and long samples: the median of a handful is how it is now, the fastest tenth of many how it is undisturbed. */
const RECENT = 8
const REMEMBERED = 128
const UNDISTURBED_QUANTILE = 0.1
/** No single answer lowers the limit by more than this share. */
const LOWEST_GRADIENT_RATIO = 0.5

/**
 * Follows latency: while recent answers come about as fast as undisturbed ones the limit grows by its square root each
 * round, where they are slower it falls in proportion. For providers that queue instead of refusing, and latencies that
 * mean something: the time to the first content, or per token. Refusals lower it as in {@link aimdLimit}.
 *
 * Undisturbed is the fastest tenth of the last 128 answers; nothing is held back to measure it. After Netflix's
 * `Gradient2Limit`, whose baseline is a long average that follows an overload upwards.
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export const gradientLimit = (options: GradientLimitOptions = {}): Limit => {
  checkKnown('gradientLimit', options, Object.keys(GRADIENT_LIMIT_DEFAULTS))
  const resolved = { ...GRADIENT_LIMIT_DEFAULTS, ...options }
  checkRange('gradientLimit', resolved)
  const { initial, min, max, toleranceRatio, backoffRatio, cooldownMs } = resolved
  checkNumber('gradientLimit.toleranceRatio', toleranceRatio, { min: 1 })
  checkNumber('gradientLimit.backoffRatio', backoffRatio, { min: Number.MIN_VALUE, max: 1 - Number.EPSILON })
  checkDuration('gradientLimit.cooldownMs', cooldownMs)
  const recent = new MovingQuantile(RECENT)
  const remembered = new MovingQuantile(REMEMBERED)
  let limit = initial
  let loweredAt = -Infinity

  return {
    get current() {
      return Math.floor(limit)
    },
    sample({ kind, latencyMs, inFlight, served, sentAt, now }) {
      if (kind === 'drop') {
        if (sentAt < loweredAt || now - loweredAt < cooldownMs) return
        limit = Math.min(limit, Math.max(min, limit * backoffRatio, served + 1))
        loweredAt = now
        return
      }
      if (!(latencyMs > 0)) return
      recent.add(latencyMs)
      remembered.add(latencyMs)
      const gradient = (toleranceRatio * (remembered.quantile(UNDISTURBED_QUANTILE) ?? 0)) / (recent.quantile(0.5) ?? 1)
      // One answer is one part of a round: it moves the limit by its share of what a round would.
      if (gradient < 1) limit = Math.max(min, limit - 1 + Math.max(LOWEST_GRADIENT_RATIO, gradient))
      else if (inFlight >= limit / 2) limit = Math.min(max, limit + 1 / Math.sqrt(limit))
    },
  }
}
