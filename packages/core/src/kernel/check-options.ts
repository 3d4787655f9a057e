import type { Clock } from './clock.ts'
import { InvalidOptionsError } from './invalid-options-error.ts'
import { nearestWord } from './nearest-word.ts'

/** What a number must be within. */
export interface NumberRange {
  readonly min?: number
  readonly max?: number
  /** Only whole numbers; `Infinity` where it is allowed. */
  readonly integer?: boolean
  /** Whether `Infinity` means "no limit" here. */
  readonly infinite?: boolean
}

const describe = ({ min, max, integer, infinite }: NumberRange): string => {
  const kind = integer ? 'an integer' : 'a number'
  const range =
    min !== undefined && max !== undefined
      ? ` from ${min} to ${max}`
      : min !== undefined
        ? min === Number.MIN_VALUE
          ? ' above 0'
          : ` of at least ${min}`
        : max !== undefined
          ? ` of at most ${max}`
          : ''
  return `${kind}${range}${infinite ? ' or Infinity' : ''}`
}

/** Checks one number and gives it back. */
export const checkNumber = (option: string, value: number, range: NumberRange): number => {
  const { min = -Infinity, max = Infinity, integer, infinite } = range
  const right =
    typeof value === 'number' &&
    value >= min &&
    value <= max &&
    (Number.isFinite(value) || (infinite === true && value === Infinity)) &&
    (!integer || Number.isInteger(value) || value === Infinity)
  if (!right) throw new InvalidOptionsError(option, value, describe(range))
  return value
}

/** A duration in milliseconds: 0 or more, `Infinity` for "no limit" where `infinite` is set. */
export const checkDuration = (option: string, value: number, range: NumberRange = {}): number =>
  checkNumber(option, value, { min: 0, ...range })

/** A share from 0 to 1. */
export const checkRatio = (option: string, value: number): number => checkNumber(option, value, { min: 0, max: 1 })

/** A function, or `undefined` where it is optional. */
export const checkFunction = (option: string, value: unknown, optional = false): void => {
  if (typeof value === 'function' || (optional && value === undefined)) return
  throw new InvalidOptionsError(option, value, 'a function')
}

/** A text that is not empty. */
export const checkText = (option: string, value: string): string => {
  if (typeof value !== 'string' || value.trim() === '')
    throw new InvalidOptionsError(option, value, 'a text that is not empty')
  return value
}

/** One of a few words. */
export const checkOneOf = <T extends string>(option: string, value: T, words: readonly T[]): T => {
  if (!words.includes(value)) throw new InvalidOptionsError(option, value, `one of ${words.join(', ')}`)
  return value
}

/**
 * Refuses misspelt options, which would otherwise silently keep their default, and says which one was probably meant.
 *
 * @param elsewhere what other libraries call them
 */
export const checkKnown = (
  owner: string,
  options: object,
  known: readonly string[],
  elsewhere: Readonly<Record<string, string>> = {},
): void => {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new InvalidOptionsError(owner, options, 'an object')
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue
    const meant = Object.hasOwn(elsewhere, key) ? elsewhere[key] : nearestWord(key, known)
    const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`
    throw new InvalidOptionsError(`${owner}.${key}`, key, `one of ${known.join(', ')}${hint}`)
  }
}

/** A source of time; not only a part of one, which would fail in the middle of a call. */
export const checkClock = (option: string, clock: Clock): void => {
  if (typeof clock?.now !== 'function' || typeof clock.wallTime !== 'function' || typeof clock.setTimer !== 'function')
    throw new InvalidOptionsError(option, clock, 'a clock: now(), wallTime() and setTimer()')
}

/**
 * An object of names and texts, such as headers, or `undefined`. Refuses a `Headers` or a `Map`, whose fields nobody would
 * see. Says of what kind a wrong one is and no more: it may hold a key.
 */
export const checkTexts = (option: string, value: unknown): void => {
  if (value === undefined) return
  if (typeof value !== 'object' || value === null || Object.prototype.toString.call(value) !== '[object Object]')
    throw new InvalidOptionsError(option, typeof value, 'a plain object whose values are strings')
  for (const [name, text] of Object.entries(value))
    if (typeof text !== 'string') throw new InvalidOptionsError(`${option}.${name}`, typeof text, 'a string')
}
