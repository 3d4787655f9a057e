const DAY_MS = 86_400_000

/** When a provider's day begins: an hour of the day there. */
export interface DailyReset {
  /** The hour at which the day begins: an integer from 0 to 23. */
  readonly hour: number
  /** An IANA time zone: `America/Los_Angeles`, `UTC`. */
  readonly timeZone: string
}

/** Gives the first instant after another at which the day begins, both in milliseconds since 1970 UTC. */
export type NextReset = (wallTimeMs: number) => number

/**
 * Follows the calendar of a time zone: a day lasts 23 or 25 hours when the clocks change. An hour that is skipped begins
 * when it would have; of an hour that comes twice the first counts.
 *
 * @throws RangeError when the time zone is not known
 */
export const nextReset = ({ hour, timeZone }: DailyReset): NextReset => {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  /** What the clocks there show, as if it were UTC. */
  const shown = (instant: number): number => {
    const parts: Record<string, number> = {}
    for (const { type, value } of format.formatToParts(instant)) parts[type] = Number(value)
    const { year = 0, month = 1, day = 1, hour: hours = 0, minute = 0, second = 0 } = parts
    return Date.UTC(year, month - 1, day, hours, minute, second)
  }
  const offset = (instant: number): number => shown(instant) - Math.floor(instant / 1000) * 1000
  /** The instant at which the clocks there show `local`. */
  const instantOf = (local: number): number => {
    const before = local - offset(local - DAY_MS)
    const after = local - offset(local + DAY_MS)
    return shown(before) === local || shown(after) !== local ? before : after
  }
  return (wallTimeMs) => {
    const today = Math.floor(shown(wallTimeMs) / DAY_MS) * DAY_MS + hour * 3_600_000
    for (let local = today - DAY_MS; ; local += DAY_MS) {
      const instant = instantOf(local)
      if (instant > wallTimeMs) return instant
    }
  }
}
