import type { Forecast, Range } from './forecast.ts'

/** A forecast for people: one line for each thing to know, then what was assumed. */
export const describeForecast = (forecast: Forecast): string[] => {
  const { items, startsAt, waits } = forecast
  const rows: [string, Range | undefined, (value: number) => string][] = [
    ['requests', forecast.requests, count],
    ['refused', forecast.refused, count],
    ['cost', forecast.cost, (value) => value.toFixed(2)],
    ['finished', forecast.finishedAt, (at) => `${instant(at)} (${duration(at - startsAt)})`],
    ['done', forecast.done, (value) => `${count(value)} of ${count(items)}`],
    ['failed', some(forecast.failed), count],
    ['left', some(forecast.left), count],
  ]
  const waited = Object.entries(waits).filter(([, ms]) => ms >= 1000)
  return [
    ...rows.flatMap(([name, range, show]) => (range === undefined ? [] : [line(name, ranged(range, show))])),
    ...(waited.length === 0
      ? []
      : [line('waits', waited.map(([reason, ms]) => `${duration(ms)} for ${WORDS[reason]}`).join(', '))]),
    'Taken for granted:',
    ...forecast.assumptions.map((assumption) => `  ${assumption}`),
  ]
}

const WORDS: Readonly<Record<string, string>> = {
  'calm hours': 'calm hours',
  turn: 'its turn',
  'next try': 'the next try, an item in the mean',
}

const line = (name: string, text: string): string => `${name.padEnd(10)}${text}`

const some = (range: Range): Range | undefined => (range.high > 0 ? range : undefined)

/** The middle, and between what it lies where chance makes a difference that is seen. */
const ranged = ({ low, median, high }: Range, show: (value: number) => string): string => {
  const [least, middle, most] = [show(low), show(median), show(high)]
  return least === most ? middle : `${middle}, from ${least} to ${most}`
}

const count = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 0 })

/** To the minute: a forecast knows no seconds. */
const instant = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`

/** The two largest units: `2 d 3 h`, `1 h 38 min`, `40 s`. */
const duration = (ms: number): string => {
  if (ms < 60_000) return `${Math.round(ms / 1000)} s`
  const minutes = Math.round(ms / 60_000)
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24]
  if (days > 0) return `${days} d ${hours} h`
  return hours > 0 ? `${hours} h ${minutes % 60} min` : `${minutes} min`
}
