import { DEGRADED, DOWN, HEALTHY, OVERLOADED, type Rank } from './health-level.ts'
import type { HealthOptions } from './health-options.ts'
import type { ObservationKind } from './observation.ts'

/** What a window counts. */
export interface Counted extends Readonly<Record<ObservationKind, number>> {
  /** How many of the answers were slow. */
  readonly slow: number
}

/** What a window says: from which level on things are at least that bad, and up to which they are at most. */
export interface Finding {
  /** It is at least so bad; `undefined`: too little was seen to say. */
  readonly atLeast: Rank | undefined
  /** It may get no better than this; `undefined`: too few answers to say that anything is better. */
  readonly atMost: Rank | undefined
}

/** The thresholds that {@link assess} goes by. */
export type Thresholds = Required<
  Pick<
    HealthOptions,
    'minAttempts' | 'degradedRatio' | 'overloadedRatio' | 'downRatio' | 'recoverRatio' | 'cautionRatio'
  >
>

/** With half of the answers slow, or missing, the model is slow. */
const SLOW_RATIO = 0.5

/**
 * Judges a window. One more failure never makes it better: whatever is compared with a threshold grows with every kind of failure, and
 * what says that things are better needs answers.
 *
 * @param caution whether a feed says that there is trouble, which lowers thresholds and does nothing else
 */
export const assess = (counted: Counted, thresholds: Thresholds, caution: boolean): Finding => {
  const { minAttempts, recoverRatio, cautionRatio } = thresholds
  const factor = caution ? cautionRatio : 1
  const enough = counted.success + problemsOf(counted) >= minAttempts
  return {
    atLeast: enough ? rankOf(counted, thresholds, factor, 1) : undefined,
    atMost: counted.success >= minAttempts ? rankOf(counted, thresholds, factor, recoverRatio) : undefined,
  }
}

const problemsOf = ({ overloaded, failed, unusable }: Counted): number => overloaded + failed + unusable

const rankOf = (counted: Counted, thresholds: Thresholds, caution: number, recovering: number): Rank => {
  const { success, overloaded, slow } = counted
  const problems = problemsOf(counted)
  const reaches = (part: number, whole: number, threshold: number): boolean => part > 0 && part >= threshold * whole
  const all = success + problems
  if (reaches(problems, all, thresholds.downRatio * recovering)) return DOWN
  // Other failures are left out here: they would thin out the share of refusals.
  if (reaches(overloaded, overloaded + success, thresholds.overloadedRatio * caution * recovering)) return OVERLOADED
  if (reaches(problems, all, thresholds.degradedRatio * caution * recovering)) return DEGRADED
  return reaches(problems + slow, all, SLOW_RATIO * caution * recovering) ? DEGRADED : HEALTHY
}
