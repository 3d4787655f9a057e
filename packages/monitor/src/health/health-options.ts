import { checkDuration, checkKnown, checkNumber, checkRatio, InvalidOptionsError } from '@spillway/core'

/** Options of observed health: from when on a model at an endpoint is how ill. */
export interface HealthOptions {
  /**
   * How much of the past counts, in milliseconds above 0. Long enough to hold `minAttempts` at ten requests a minute, which is
   * a usual quota; short enough to see an outage within a minute. @default 180000
   */
  readonly windowMs?: number
  /**
   * How many attempts the window must hold before it says anything, and how many answered ones before it says that things are
   * better: an integer from 1. @default 10
   */
  readonly minAttempts?: number
  /** From which share of attempts without an answer on it is `degraded`: above 0, at most 1. @default 0.1 */
  readonly degradedRatio?: number
  /**
   * From which share of refusals among answers and refusals on it is `overloaded`: above 0, at most 1. Retries hide less than
   * this; more of it makes calls wait. @default 0.3
   */
  readonly overloadedRatio?: number
  /** From which share of attempts without an answer on it is `down`: above 0, at most 1. @default 0.95 */
  readonly downRatio?: number
  /**
   * How many times as long as in the calmest hour an answer takes to count as slow: a number of at least 1, `Infinity` for never. With
   * half of the answers slow it is `degraded`: 30 s become 100 s when requests queue at the provider. @default 3
   */
  readonly slowFactor?: number
  /**
   * Which part of a threshold it must fall below to get better, from 0 to 1: what is between the two changes nothing.
   * @default 0.7
   */
  readonly recoverRatio?: number
  /** For how long it must have been better before it is said to be, in milliseconds from 0. @default 120000 */
  readonly holdMs?: number
  /** After how long without an attempt nothing is known any more, in milliseconds above 0. @default 1800000 */
  readonly staleAfterMs?: number
  /**
   * What `degradedRatio` and `overloadedRatio` are multiplied by while a status feed says that there is trouble: above 0, at most 1.
   * @default 0.5
   */
  readonly cautionRatio?: number
  /** How many pairs of endpoint and model are remembered, those used last: an integer from 1. @default 100 */
  readonly maxEndpoints?: number
}

/** What observed health takes where an option is left out. */
export const HEALTH_DEFAULTS: Required<HealthOptions> = {
  windowMs: 180_000,
  minAttempts: 10,
  degradedRatio: 0.1,
  overloadedRatio: 0.3,
  downRatio: 0.95,
  slowFactor: 3,
  recoverRatio: 0.7,
  holdMs: 120_000,
  staleAfterMs: 1_800_000,
  cautionRatio: 0.5,
  maxEndpoints: 100,
}

/** @throws InvalidOptionsError when an option is out of its range */
export const checkHealthOptions = (options: HealthOptions): Required<HealthOptions> => {
  checkKnown('monitor.health', options, Object.keys(HEALTH_DEFAULTS))
  const resolved = { ...HEALTH_DEFAULTS, ...options }
  const above0 = { min: Number.MIN_VALUE }
  checkDuration('monitor.health.windowMs', resolved.windowMs, above0)
  checkDuration('monitor.health.holdMs', resolved.holdMs)
  checkDuration('monitor.health.staleAfterMs', resolved.staleAfterMs, { ...above0, infinite: true })
  checkNumber('monitor.health.slowFactor', resolved.slowFactor, { min: 1, infinite: true })
  for (const option of ['minAttempts', 'maxEndpoints'] as const)
    checkNumber(`monitor.health.${option}`, resolved[option], { min: 1, integer: true })
  for (const option of ['degradedRatio', 'overloadedRatio', 'downRatio', 'cautionRatio'] as const)
    checkNumber(`monitor.health.${option}`, resolved[option], { ...above0, max: 1 })
  checkRatio('monitor.health.recoverRatio', resolved.recoverRatio)
  if (resolved.degradedRatio > resolved.downRatio)
    throw new InvalidOptionsError('monitor.health.degradedRatio', resolved.degradedRatio, 'at most downRatio')
  return resolved
}
