import type { SpillwayError } from './spillway-error.ts'
import { REQUEST_FAILED, type Verdict } from './verdict.ts'

/** An option is wrong. Thrown when a policy, pipeline or adapter is made, never while a call runs. */
export class InvalidOptionsError extends TypeError implements SpillwayError {
  readonly isSpillwayError = true
  override readonly name = 'InvalidOptionsError'
  readonly code = 'ERR_SPILLWAY_INVALID_OPTIONS'
  readonly verdict: Verdict = REQUEST_FAILED
  /** The option's path: `retry.maxAttempts`. */
  readonly option: string
  /** What was given. Not enumerable: it may hold a key, and an error that is logged is logged with its fields. */
  readonly value: unknown

  /**
   * @param option the option's path: `retry.maxAttempts`
   * @param value what was given
   * @param expected what would have been right: `an integer of at least 1`
   */
  constructor(option: string, value: unknown, expected: string) {
    super(`${option} must be ${expected}, got ${show(value)}.`)
    this.option = option
    Object.defineProperty(this, 'value', { value, enumerable: false })
  }
}

/** Longer than any word that an option takes, shorter than a key. */
const LONGEST_SHOWN = 24

/** Short and without contents: an option may hold a key. */
const show = (value: unknown): string => {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null || value === undefined)
    return String(value)
  if (typeof value === 'string')
    return value.length > LONGEST_SHOWN ? `a string of ${value.length} characters` : `'${value}'`
  if (Array.isArray(value)) return `an array of ${value.length}`
  return typeof value === 'function' ? 'a function' : `a value of type ${typeof value}`
}
