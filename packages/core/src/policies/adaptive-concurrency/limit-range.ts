import { checkNumber } from '../../kernel/check-options.ts'
import { InvalidOptionsError } from '../../kernel/invalid-options-error.ts'

/** Where a limit that learns begins and how far it goes. */
export interface LimitRange {
  /** Where it begins: an integer from `min` to `max`. @default 32 */
  readonly initial?: number
  /** It never falls below: an integer from 1. @default 4 */
  readonly min?: number
  /** It never rises above: an integer from `min`. @default 64 */
  readonly max?: number
}

/** Checks a range. */
export const checkRange = (owner: string, { initial, min, max }: Required<LimitRange>): void => {
  checkNumber(`${owner}.min`, min, { min: 1, integer: true })
  checkNumber(`${owner}.max`, max, { min: 1, integer: true })
  if (max < min) throw new InvalidOptionsError(`${owner}.max`, max, `at least min, which is ${min}`)
  checkNumber(`${owner}.initial`, initial, { min, max, integer: true })
}
