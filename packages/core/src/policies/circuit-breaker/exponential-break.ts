import { ExponentialBackoff, type IBackoffFactory } from 'cockatiel'
import { checkDuration, checkNumber } from '../../kernel/check-options.ts'

/** What a backoff of breaks is told: the part of cockatiel's own context that exists here. */
export interface BreakContext {
  /** How often the circuit has opened without closing in between, from 1. */
  readonly attempt: number
}

/**
 * Breaks that grow by a factor while probes fail.
 *
 * @param options.initialMs the first break, in milliseconds
 * @param options.factor how much each exceeds the one before, at least 1
 * @param options.maxMs the longest, in milliseconds
 * @throws InvalidOptionsError for a value out of its range
 */
export const exponentialBreak = (options: {
  readonly initialMs: number
  readonly factor: number
  readonly maxMs: number
}): IBackoffFactory<BreakContext> => {
  const { initialMs, factor, maxMs } = options
  checkDuration('exponentialBreak.initialMs', initialMs)
  checkNumber('exponentialBreak.factor', factor, { min: 1 })
  checkDuration('exponentialBreak.maxMs', maxMs, { min: initialMs })
  return new ExponentialBackoff<number>({
    initialDelay: initialMs,
    maxDelay: maxMs,
    exponent: factor,
    generator: (step = 0) => [Math.min(maxMs, initialMs * factor ** Math.min(step, 1000)), step + 1],
  })
}
