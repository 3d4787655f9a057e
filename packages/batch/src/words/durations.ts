const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS

/**
 * `4.2 s`, `31 s`, `1 min 5 s`, `12 min`, `1 h 38 min`, `2 d 3 h`: the two largest units, seconds up to ten minutes, and
 * tenths of a second up to ten seconds.
 */
export const duration = (ms: number): string => {
  if (ms < 9950) return `${(ms / SECOND_MS).toLocaleString('en-US', { maximumFractionDigits: 1 })} s`
  const seconds = Math.round(ms / SECOND_MS)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 600) return both(Math.floor(seconds / 60), 'min', seconds % 60, 's')
  const minutes = Math.round(ms / MINUTE_MS)
  if (minutes < 1440) return both(Math.floor(minutes / 60), 'h', minutes % 60, 'min')
  const hours = Math.round(minutes / 60)
  return both(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

/** The same for what is only expected: no tenths, and no seconds from a minute on. */
export const roughDuration = (ms: number): string => {
  const unitMs = ms < MINUTE_MS ? SECOND_MS : MINUTE_MS
  return duration(Math.round(ms / unitMs) * unitMs)
}

const both = (large: number, largeUnit: string, small: number, smallUnit: string): string =>
  [...(large === 0 ? [] : [`${large} ${largeUnit}`]), ...(small === 0 ? [] : [`${small} ${smallUnit}`])].join(' ')

/** Time since the start: `03:12`, `1:03:12`. */
export const clockTime = (ms: number): string => {
  const total = Math.max(0, Math.floor(ms / SECOND_MS))
  const two = (value: number): string => String(value).padStart(2, '0')
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${two(minutes)}:${two(seconds)}`
}
