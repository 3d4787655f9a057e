import { checkKnown, checkNumber } from '../../kernel/check-options.ts'
import { InvalidOptionsError } from '../../kernel/invalid-options-error.ts'
import { HOURS_A_DAY } from './load-profile.ts'

/** What calls have shown of one UTC hour. All counts fade with time, so that they are no integers. */
export interface HourObserved {
  /** Calls that said something about the load. */
  readonly calls: number
  /** The sum of their shares of overloaded attempts: `overloaded / calls` is the hour's share. */
  readonly overloaded: number
  /** Calls with an answer whose time is known. */
  readonly answers: number
  /** The sum of those times, in milliseconds. */
  readonly answerMs: number
  /** Up to when the counts have faded, in milliseconds since 1970 UTC. */
  readonly at: number
}

/** A learned profile as plain data. */
export interface LoadProfileSnapshot {
  /** The version of this shape. */
  readonly version: 1
  /** One entry for each UTC hour, from 0 to 23. */
  readonly hours: readonly HourObserved[]
}

const FIELDS: readonly (keyof HourObserved)[] = ['calls', 'overloaded', 'answers', 'answerMs', 'at']

/** Data from outside: a file of another version, or a damaged one, must not steer anything. */
export const checkSnapshot = (snapshot: LoadProfileSnapshot): LoadProfileSnapshot => {
  const option = 'learnedLoadProfile.restore'
  checkKnown(option, snapshot, ['version', 'hours'])
  if (snapshot.version !== 1) throw new InvalidOptionsError(`${option}.version`, snapshot.version, '1')
  if (!Array.isArray(snapshot.hours) || snapshot.hours.length !== HOURS_A_DAY)
    throw new InvalidOptionsError(`${option}.hours`, snapshot.hours, 'a list of 24 hours')
  for (const [i, hour] of snapshot.hours.entries()) {
    checkKnown(`${option}.hours[${i}]`, hour, FIELDS)
    for (const field of FIELDS) checkNumber(`${option}.hours[${i}].${field}`, hour[field], { min: 0 })
    checkNumber(`${option}.hours[${i}].overloaded`, hour.overloaded, { max: hour.calls })
  }
  return snapshot
}
