import { checkKnown, checkNumber, checkOneOf } from '../../kernel/check-options.ts'
import { InvalidOptionsError } from '../../kernel/invalid-options-error.ts'

/** How busy a provider is, as a word. */
export type LoadLevel = 'low' | 'medium' | 'high' | 'peak'

/** From the calmest to the busiest. */
export const LOAD_LEVELS: readonly LoadLevel[] = ['low', 'medium', 'high', 'peak']

/** The lower, the calmer. What is no level counts as calm: a broken profile holds nobody back. */
export const rankOfLevel = (level: LoadLevel): number => LOAD_LEVELS.indexOf(level)

/** A stretch of the UTC day, up to where the next one begins. */
export interface LoadBand {
  /** The UTC hour at which it begins: an integer from 0 to 23. */
  readonly fromHour: number
  /** How busy the provider is then. */
  readonly level: LoadLevel
}

/** What one call has shown of the provider's load. */
export interface ObservedCall {
  /** When it ended, in milliseconds since 1970 UTC. */
  readonly wallTime: number
  /** The share of its attempts that the provider refused as overloaded, from 0 to 1. */
  readonly overloadedRatio: number
  /** How long its answer took, in milliseconds above 0, where there was one. */
  readonly answerMs?: number
}

/** How busy the provider is by the hour of the UTC day. */
export interface LoadProfile {
  /** The level at an instant in milliseconds since 1970 UTC. It changes at full UTC hours only. */
  levelAt(wallTime: number): LoadLevel
  /** Takes in what a call has shown. Left out by a profile that learns nothing. */
  record?(call: ObservedCall): void
}

export const HOUR_MS = 3_600_000
export const HOURS_A_DAY = 24

/** The UTC hour, 0 to 23, of an instant. Plain arithmetic: no time zone and no daylight saving comes into it. */
export const utcHourOf = (wallTime: number): number => {
  const hour = Math.floor(wallTime / HOUR_MS) % HOURS_A_DAY
  return hour < 0 ? hour + HOURS_A_DAY : hour
}

/** The day that users of overloaded image models report: calm nights, the worst in the afternoon, all in UTC. */
export const DEFAULT_LOAD_BANDS: readonly LoadBand[] = [
  { fromHour: 0, level: 'low' },
  { fromHour: 6, level: 'medium' },
  { fromHour: 12, level: 'peak' },
  { fromHour: 18, level: 'high' },
]

/**
 * A fixed profile out of bands. A band lasts until the next one begins; the last one reaches over midnight to the first.
 *
 * ```ts
 * import { loadProfile } from '@spillway/core'
 *
 * const nights = loadProfile([
 *   { fromHour: 22, level: 'low' },
 *   { fromHour: 5, level: 'peak' },
 * ])
 * console.log(nights.levelAt(Date.UTC(2026, 0, 1, 3)), nights.levelAt(Date.UTC(2026, 0, 1, 12))) // => low peak
 * ```
 *
 * @param bands at least one, in any order, each with an hour of its own; {@link DEFAULT_LOAD_BANDS} where left out
 * @throws InvalidOptionsError when there is no band, two begin at the same hour, or a value is out of its range
 */
export const loadProfile = (bands: readonly LoadBand[] = DEFAULT_LOAD_BANDS): LoadProfile => {
  const levels = levelsByHour(checkBands(bands))
  return { levelAt: (wallTime) => levels[utcHourOf(wallTime)] as LoadLevel }
}

const levelsByHour = (bands: readonly LoadBand[]): LoadLevel[] => {
  const sorted = bands.toSorted((a, b) => a.fromHour - b.fromHour)
  return Array.from({ length: HOURS_A_DAY }, (_, hour) => {
    const band = sorted.findLast(({ fromHour }) => fromHour <= hour) ?? sorted.at(-1)
    return (band as LoadBand).level
  })
}

const checkBands = (bands: readonly LoadBand[]): readonly LoadBand[] => {
  if (!Array.isArray(bands) || bands.length === 0)
    throw new InvalidOptionsError('loadProfile', bands, 'a list of at least one band')
  const hours = new Set<number>()
  for (const [i, band] of bands.entries()) {
    checkKnown(`loadProfile[${i}]`, band, ['fromHour', 'level'])
    checkNumber(`loadProfile[${i}].fromHour`, band.fromHour, { min: 0, max: 23, integer: true })
    checkOneOf(`loadProfile[${i}].level`, band.level, LOAD_LEVELS)
    if (hours.has(band.fromHour))
      throw new InvalidOptionsError(
        `loadProfile[${i}].fromHour`,
        band.fromHour,
        'an hour at which no other band begins',
      )
    hours.add(band.fromHour)
  }
  return bands
}

/** The stretch of one level around an instant, in milliseconds since 1970 UTC; a day at most to each side. */
export const bandAt = (
  profile: LoadProfile,
  wallTime: number,
): { readonly level: LoadLevel; readonly begins: number; readonly ends: number } => {
  const level = profile.levelAt(wallTime)
  const hour = Math.floor(wallTime / HOUR_MS) * HOUR_MS
  let begins = hour
  let ends = hour + HOUR_MS
  while (hour - begins < HOURS_A_DAY * HOUR_MS && profile.levelAt(begins - HOUR_MS) === level) begins -= HOUR_MS
  while (ends - hour < HOURS_A_DAY * HOUR_MS && profile.levelAt(ends) === level) ends += HOUR_MS
  return { level, begins, ends }
}

/** @throws InvalidOptionsError where a profile of somebody's own is none */
export const checkProfile = (option: string, profile: LoadProfile): void => {
  const { levelAt, record } = (profile ?? {}) as { readonly levelAt?: unknown; readonly record?: unknown }
  if (typeof levelAt !== 'function' || (record !== undefined && typeof record !== 'function'))
    throw new InvalidOptionsError(option, profile, 'a load profile, such as loadProfile()')
}
