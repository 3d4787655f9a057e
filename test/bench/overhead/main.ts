// What a call costs, as Markdown: `pnpm bench [sections] [--rounds N]`. Ratios to a bare await, each batch between two of it.
import { parseArgs } from 'node:util'
import { bundleSize } from './bundle-size.ts'
import { importTime } from './import-time.ts'
import { inFlight } from './in-flight.ts'
import { afterATurn, measure } from './measure.ts'
import { withoutEvents } from './no-events.ts'
import { oneSignal } from './one-signal.ts'
import { withOpenTelemetry } from './opentelemetry.ts'
import { refusals } from './refusals.ts'
import { composed, singles, type Stack } from './stacks.ts'
import { quartiles, ratio, table, whole } from './table.ts'

const HEAD = ['stack', 'in sequence', 'median (quartiles)', '64 at once', 'median (quartiles)', 'bytes per call', 'ns']

const perCall = async (title: string, stacks: readonly Stack[], rounds: number): Promise<string> => {
  const rows = (await measure(stacks, rounds)).map(({ name, inSequence, atOnce, bytes, ns }) => [
    name,
    ratio(inSequence.best),
    quartiles(inSequence),
    ratio(atOnce.best),
    quartiles(atOnce),
    whole(bytes),
    whole(ns),
  ])
  return table(title, HEAD, rows)
}

const afterTurn = async (rounds: number): Promise<string> => {
  const rows = (await afterATurn(composed(), rounds)).map((each) => [each.name, ratio(each.best), quartiles(each)])
  return table(
    'Five policies around a function that takes a turn of the event loop',
    ['stack', 'quickest', 'median (quartiles)'],
    rows,
  )
}

const sections: Readonly<Record<string, (rounds: number) => string | Promise<string>>> = {
  five: (rounds) => perCall('Five policies: fallback, retry, circuit breaker, bulkhead, timeout', composed(), rounds),
  turn: afterTurn,
  single: (rounds) => perCall('One policy', singles(), rounds),
  events: (rounds) => withoutEvents(4 * rounds),
  opentelemetry: (rounds) => perCall('OpenTelemetry', withOpenTelemetry(), rounds),
  refusals,
  flight: inFlight,
  signal: oneSignal,
  import: importTime,
  size: bundleSize,
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { rounds: { type: 'string' } } })
const wanted = positionals[0]?.split(',') ?? Object.keys(sections)
for (const name of wanted) {
  const section = sections[name]
  if (section === undefined) throw new Error(`No section ${name}; there are ${Object.keys(sections).join(', ')}.`)
  console.log(await section(Number(values.rounds ?? 75)))
}
process.exit(0)
