/** Numbers and times as a report writes them. All times are UTC, like the load of a provider. */

const MINUTE_MS = 60_000

export const count = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 0 })

/** Money in the currency of the prices, whatever that is: as many decimals as say something. */
export const money = (value: number): string => {
  const decimals = value === 0 || value >= 1 ? 2 : value >= 0.01 ? 3 : 5
  return value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: decimals })
}

export const percent = (part: number, whole: number): string => {
  if (whole === 0) return '–'
  const share = (100 * part) / whole
  // What is not all never looks like all, and what is not nothing never like nothing.
  if (share > 99.9 && share < 100) return '> 99.9 %'
  if (share > 0 && share < 0.1) return '< 0.1 %'
  return `${share.toLocaleString('en-US', { maximumFractionDigits: 1 })} %`
}

/** The two largest units: `2 d 3 h`, `1 h 38 min`, `1 min 5 s`, `4.2 s`. */
export const duration = (ms: number): string => {
  if (ms < 9950) return `${(ms / 1000).toLocaleString('en-US', { maximumFractionDigits: 1 })} s`
  const seconds = Math.round(ms / 1000)
  const minutes = Math.round(ms / MINUTE_MS)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return both(Math.floor(seconds / 60), 'min', seconds % 60, 's')
  if (minutes < 1440) return both(Math.floor(minutes / 60), 'h', minutes % 60, 'min')
  const hours = Math.round(minutes / 60)
  return both(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

const both = (large: number, largeUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`

/** `2 Mar 2026, 12:00`. */
export const moment = (at: number): string => {
  const { day, time } = partsOf(at)
  return `${day} ${new Date(at).getUTCFullYear()}, ${time}`
}

/** What an axis says of an instant: the hour, or the day at midnight and where hours say nothing. */
export const tick = (at: number, stepMs: number): string => {
  const { day, time, seconds } = partsOf(at)
  if (stepMs >= 24 * 60 * MINUTE_MS || time === '00:00') return day
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
