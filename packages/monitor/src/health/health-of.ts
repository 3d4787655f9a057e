import { InvalidOptionsError } from '@spillway/core'
import type { VerdictKind } from '@spillway/core'
import { assess } from './assess.ts'
import { HEALTH_LEVELS, type ObservedLevel } from './health-level.ts'
import { checkHealthOptions, type HealthOptions } from './health-options.ts'
import { OBSERVED_AS } from './observation.ts'
import { Tally, type Tallied } from './tally.ts'

/** What attempts have shown, taken together. */
export interface SeenHealth extends Tallied {
  /** `unknown` where there were fewer than `minAttempts` that say something. */
  readonly level: ObservedLevel
  /** The share of the attempts for which the provider is to blame that they were not answered: not a key, nor a quota. */
  readonly troubleRatio?: number
}

/**
 * Judges attempts that have ended, all at once: those of a log, of a journal, of a probe. Which are recent enough is for whoever
 * asks to say.
 *
 * ```ts
 * import { healthOf } from '@spillway/monitor'
 *
 * const attempts = Array.from({ length: 20 }, (_, i) => ({
 *   verdict: i < 7 ? ('overloaded' as const) : ('success' as const),
 *   durationMs: 1000,
 * }))
 * console.log(healthOf(attempts).level) // => overloaded
 * ```
 *
 * @param attempts with how each was judged, and how long it took in milliseconds
 * @throws InvalidOptionsError when an option is out of its range
 */
export const healthOf = (
  attempts: Iterable<{ readonly verdict: VerdictKind; readonly durationMs: number }>,
  options: HealthOptions = {},
): SeenHealth => {
  const thresholds = checkHealthOptions(options)
  if (
    typeof (attempts as Partial<typeof attempts> | null)?.[Symbol.iterator] !== 'function' ||
    typeof attempts === 'string'
  )
    throw new InvalidOptionsError('healthOf.attempts', attempts, 'a list of attempts')
  const tally = new Tally()
  for (const { verdict, durationMs } of attempts) {
    const kind = OBSERVED_AS[verdict]
    if (kind !== undefined) tally.add({ kind, durationMs }, Infinity)
  }
  const { atLeast } = assess({ ...tally.counts, slow: 0 }, thresholds, false)
  const trouble = tally.counts.overloaded + tally.counts.failed
  return {
    level: atLeast === undefined ? 'unknown' : (HEALTH_LEVELS[atLeast] as ObservedLevel),
    ...tally.read(),
    ...(tally.attempts === 0 ? {} : { troubleRatio: trouble / tally.attempts }),
  }
}
