import {
  checkFunction,
  InvalidOptionsError,
  checkKnown,
  checkNumber,
  checkOneOf,
  defaultClassifier,
  systemRandom,
  type Classifier,
  type Random,
} from '@spillway/core'

/** Options of {@link jobProcessor}. */
export interface HandoverOptions {
  /** Judges what the work throws, where it is no error of Spillway: `openaiClassifier()`. @default core's own */
  readonly classifier?: Classifier
  /**
   * Whether a request of which nobody knows whether it was carried out may be sent again. `false` for what costs money and
   * cannot be had for less: pictures. @default true
   */
  readonly repeatable?: boolean
  /** How often an `empty` answer is asked for again: each may be billed. An integer from 0. @default 2 */
  readonly maxRerolls?: number
  /**
   * How long a job may wait at most, in milliseconds: what has to wait longer fails. `Infinity`: for as long as it takes.
   * @default 86,400,000 (a day: no quota takes longer to come back)
   */
  readonly leftMs?: number
  /** Spreads the waits. @default Math.random */
  readonly random?: Random
}

/** What {@link jobProcessor} takes where an option is left out. */
export const HANDOVER_DEFAULTS: Required<HandoverOptions> = {
  classifier: defaultClassifier,
  repeatable: true,
  maxRerolls: 2,
  leftMs: 24 * 60 * 60 * 1000,
  random: systemRandom,
}

export const checkHandoverOptions = (options: HandoverOptions): Required<HandoverOptions> => {
  checkKnown('jobProcessor', options, Object.keys(HANDOVER_DEFAULTS))
  const complete = { ...HANDOVER_DEFAULTS, ...options }
  if (typeof complete.classifier !== 'object')
    throw new InvalidOptionsError('jobProcessor.classifier', complete.classifier, 'a classifier')
  checkOneOf('jobProcessor.repeatable', String(complete.repeatable), ['true', 'false'])
  checkNumber('jobProcessor.maxRerolls', complete.maxRerolls, { min: 0, integer: true })
  checkNumber('jobProcessor.leftMs', complete.leftMs, { min: 0, infinite: true })
  checkFunction('jobProcessor.random', complete.random)
  return complete
}
