import { count, listed, money } from '../words/amounts.ts'
import { roughDuration } from '../words/durations.ts'
import { instant } from '../words/instants.ts'
import type { Forecast, Range } from './forecast.ts'

/** A forecast for people: one line for each thing to know, then what was assumed. */
export const describeForecast = (forecast: Forecast): string[] => {
  const { items, startsAt, waits } = forecast
  const rows: [string, Range | undefined, (value: number) => string][] = [
    ['requests', forecast.requests, count],
    ['refused', forecast.refused, count],
    ['cost', forecast.cost, money],
    ['finished', forecast.finishedAt, (at) => `${instant(at)} (${roughDuration(at - startsAt)})`],
    ['done', forecast.done, (value) => `${count(value)} of ${count(items)}`],
    ['failed', some(forecast.failed), count],
    ['left', some(forecast.left), count],
  ]
  const waited = Object.entries(waits).filter(([, ms]) => ms >= 1000)
  return [
    ...rows.flatMap(([name, range, show]) => (range === undefined ? [] : [line(name, ranged(range, show))])),
    ...(waited.length === 0
      ? []
      : [
          line(
            'waits',
            `${listed(waited.map(([reason, ms]) => `${roughDuration(ms)} ${WORDS[reason]}`))}, on average for each item`,
          ),
        ]),
    'Taken for granted:',
    ...forecast.assumptions.map((assumption) => `  ${assumption}`),
  ]
}

const WORDS: Readonly<Record<string, string>> = {
  'calm hours': 'for calm hours',
  turn: 'for its turn',
  'next try': 'between tries',
}

const line = (name: string, text: string): string => `${name.padEnd(10)}${text}`

const some = (range: Range): Range | undefined => (range.high > 0 ? range : undefined)

/** The middle, and between what it lies where chance makes a difference that is seen. */
const ranged = ({ low, median, high }: Range, show: (value: number) => string): string => {
  const [least, middle, most] = [show(low), show(median), show(high)]
  return least === most ? middle : `${middle}, from ${least} to ${most}`
}
