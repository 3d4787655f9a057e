import { checkNumber } from '../../kernel/check-options.ts'
import type { Limit } from './limit.ts'

/**
 * A limit that learns nothing: for a contract that names one, and for comparison.
 *
 * ```ts
 * import { adaptiveConcurrency, fixedLimit, pipeline } from '@spillway/core'
 *
 * const calls = pipeline([adaptiveConcurrency({ limit: () => fixedLimit(2) })])
 * console.log(await calls.execute(async () => 'one of two')) // => one of two
 * ```
 *
 * @param current how many may be in flight: an integer from 1
 * @throws InvalidOptionsError when it is not
 */
export const fixedLimit = (current: number): Limit => {
  checkNumber('fixedLimit.current', current, { min: 1, integer: true })
  return { current, sample() {} }
}
