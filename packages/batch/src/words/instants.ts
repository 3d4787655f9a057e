/** All of them are UTC, like the load of a provider. */
const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/** For lines of text, as options take it: `2026-03-02 12:00 UTC`. */
export const instant = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`

/** For what is less than a day away: `22:00 UTC`. */
export const timeOfDay = (at: number): string => `${partsOf(at).time} UTC`

/** For a page that says once that all times are UTC: `2 Mar 2026, 12:00`. */
export const moment = (at: number): string => {
  const { day, time } = partsOf(at)
  return `${day} ${new Date(at).getUTCFullYear()}, ${time}`
}

/** What an axis says of an instant: the hour, or the day at midnight and where hours say nothing. */
export const tick = (at: number, stepMs: number): string => {
  const { day, time, seconds } = partsOf(at)
  if (stepMs >= DAY_MS || time === '00:00') return day
  return stepMs < MINUTE_MS ? `${time}:${seconds}` : time
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

const partsOf = (at: number): { readonly day: string; readonly time: string; readonly seconds: string } => {
  const date = new Date(at)
  const two = (value: number): string => String(value).padStart(2, '0')
  return {
    day: `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`,
    time: `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`,
    seconds: two(date.getUTCSeconds()),
  }
}
