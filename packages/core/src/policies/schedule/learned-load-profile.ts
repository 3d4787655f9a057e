import { checkDuration, checkKnown, checkNumber, checkRatio } from '../../kernel/check-options.ts'
import { checkSnapshot, type HourObserved, type LoadProfileSnapshot } from './load-profile-snapshot.ts'
import {
  checkProfile,
  HOUR_MS,
  HOURS_A_DAY,
  LOAD_LEVELS,
  loadProfile,
  utcHourOf,
  type LoadLevel,
  type LoadProfile,
  type ObservedCall,
} from './load-profile.ts'

/** Options of {@link learnedLoadProfile}. */
export interface LearnedLoadProfileOptions {
  /** What holds for an hour while little is known of it. @default the bands of {@link DEFAULT_LOAD_BANDS} */
  readonly prior?: LoadProfile
  /** After how many milliseconds what was seen counts half: above 0, `Infinity` for never. @default 604800000, a week */
  readonly halfLifeMs?: number
  /** What `snapshot()` of an earlier profile gave: plain data, as it comes out of `JSON.parse`. @default nothing */
  readonly restore?: LoadProfileSnapshot
}

/** A profile that is learned from the calls themselves. */
export interface LearnedLoadProfile extends LoadProfile {
  record(call: ObservedCall): void
  /** What was learned, as plain data with a version, for a file; see the option `restore`. */
  snapshot(): LoadProfileSnapshot
}

const WEEK_MS = 7 * HOURS_A_DAY * HOUR_MS

/** The prior counts as much as so many calls: one bad call does not make an hour busy, a handful does. */
const PRIOR_CALLS = 20
/** An hour's mean answer time means something from so many answers on. */
const MIN_ANSWERS = 5
/** An answer that takes three times as long as in the calmest hour is as bad as a refusal: 30 s become 100 s. */
const WORST_SLOWDOWN = 3

/** Pressure is 0 when all is well and 1 when everything is refused. What each level stands for. */
const PRESSURE: Readonly<Record<LoadLevel, number>> = { low: 0.05, medium: 0.2, high: 0.4, peak: 0.65 }

/** The level whose pressure is nearest. */
const levelOf = (pressure: number): LoadLevel => {
  let nearest: LoadLevel = 'low'
  for (const level of LOAD_LEVELS)
    if (Math.abs(PRESSURE[level] - pressure) < Math.abs(PRESSURE[nearest] - pressure)) nearest = level
  return nearest
}

/**
 * A profile that begins with what is usual and turns into what the calls have seen: the share of attempts that were
 * refused as overloaded, and how long answers took against the calmest hour, by the hour of the UTC day.
 *
 * ```ts
 * import { learnedLoadProfile } from '@spillway/core'
 *
 * const profile = learnedLoadProfile()
 * const twoAtNight = Date.UTC(2026, 0, 1, 2)
 * for (let i = 0; i < 30; i++) profile.record({ wallTime: twoAtNight, overloadedRatio: 0.8 })
 * console.log(profile.levelAt(twoAtNight)) // => high
 *
 * const restored = learnedLoadProfile({ restore: JSON.parse(JSON.stringify(profile.snapshot())) })
 * console.log(restored.levelAt(twoAtNight)) // => high
 * ```
 *
 * @throws InvalidOptionsError when an option is out of its range, or `restore` has another version or shape
 */
export const learnedLoadProfile = (options: LearnedLoadProfileOptions = {}): LearnedLoadProfile => {
  checkKnown('learnedLoadProfile', options, ['prior', 'halfLifeMs', 'restore'])
  const { prior = loadProfile(), halfLifeMs = WEEK_MS, restore } = options
  checkProfile('learnedLoadProfile.prior', prior)
  checkDuration('learnedLoadProfile.halfLifeMs', halfLifeMs, { min: Number.MIN_VALUE, infinite: true })
  const hours: HourObserved[] =
    restore === undefined ? emptyDay() : checkSnapshot(restore).hours.map((hour) => ({ ...hour }))
  /** Time goes by with what is recorded, so that levels change with it and not while somebody looks. */
  let latest = Math.max(...hours.map(({ at }) => at))
  let levels: LoadLevel[] | undefined

  const aged = (hour: HourObserved): HourObserved => {
    const weight = 0.5 ** (Math.max(0, latest - hour.at) / halfLifeMs)
    const { calls, overloaded, answers, answerMs } = hour
    return {
      calls: calls * weight,
      overloaded: overloaded * weight,
      answers: answers * weight,
      answerMs: answerMs * weight,
      at: latest,
    }
  }

  const learn = (): LoadLevel[] => {
    const day = hours.map(aged)
    const calmestMs = Math.min(...day.filter(({ answers }) => answers >= MIN_ANSWERS).map(meanMs))
    return day.map((hour, i) => {
      const expected = PRESSURE[prior.levelAt(i * HOUR_MS)]
      const refused = hour.calls > 0 ? hour.overloaded / hour.calls : 0
      const slowed = hour.answers > 0 ? (meanMs(hour) / calmestMs - 1) / (WORST_SLOWDOWN - 1) : 0
      const observed = Math.min(1, Math.max(refused, slowed))
      return levelOf((PRIOR_CALLS * expected + hour.calls * observed) / (PRIOR_CALLS + hour.calls))
    })
  }

  return {
    levelAt: (wallTime) => (levels ??= learn())[utcHourOf(wallTime)] as LoadLevel,
    record({ wallTime, overloadedRatio, answerMs }) {
      checkNumber('record.wallTime', wallTime, {})
      checkRatio('record.overloadedRatio', overloadedRatio)
      if (answerMs !== undefined) checkDuration('record.answerMs', answerMs, { min: Number.MIN_VALUE })
      latest = wallTime
      const index = utcHourOf(wallTime)
      const hour = aged(hours[index] as HourObserved)
      hours[index] = {
        calls: hour.calls + 1,
        overloaded: hour.overloaded + overloadedRatio,
        answers: hour.answers + (answerMs === undefined ? 0 : 1),
        answerMs: hour.answerMs + (answerMs ?? 0),
        at: hour.at,
      }
      levels = undefined
    },
    snapshot: () => ({ version: 1, hours: hours.map((hour) => ({ ...hour })) }),
  }
}

const meanMs = ({ answers, answerMs }: HourObserved): number => answerMs / answers

const emptyDay = (): HourObserved[] =>
  Array.from({ length: HOURS_A_DAY }, () => ({ calls: 0, overloaded: 0, answers: 0, answerMs: 0, at: 0 }))
