import type { Change } from '../../incident/changes.ts'
import type { Incident } from '../../incident/incident.ts'
import type { Replayed } from '../../incident/replay.ts'
import { count, counted, money, percent } from '../../words/amounts.ts'
import { duration } from '../../words/durations.ts'
import { instant } from '../../words/instants.ts'
import { printable } from '../printable.ts'

/** More changes than this are for `--json`. */
const MOST_CHANGES = 12

/** What would have happened, for people: a line for each way to make calls, then what the first one's policies did. */
export const resultLines = (
  name: string,
  { traffic, startsAt }: Incident,
  results: readonly [Replayed, ...Replayed[]],
  pricePerImage: number | undefined,
): string[] => {
  const [first] = results
  const { minutes, deadlineMs, processes } = traffic
  const from = processes === 1 ? '' : ` from ${processes} processes`
  const head = ['', 'in time', 'of calls', 'half within', '95 % within', 'requests', 'refused', 'made', 'in vain']
  const rows = results.map((result) => [
    result.caller,
    percent(result.succeeded, result.offered),
    count(result.succeeded),
    lengthOr(result.p50Ms),
    lengthOr(result.p95Ms),
    count(result.requests),
    count(result.refused),
    count(result.made),
    result.wastedMs < 1000 ? '–' : duration(result.wastedMs),
    ...(pricePerImage === undefined ? [] : [money(result.made * pricePerImage)]),
  ])
  const changes = first.changes.map((change) => changeLine(change))
  return [
    `${printable(name)}: ${counted(first.offered, 'call')}${from} in ${duration(minutes * 60_000)} from ${instant(startsAt)}, each to be answered within ${duration(deadlineMs)}`,
    '',
    ...table([[...head, ...(pricePerImage === undefined ? [] : ['cost'])], ...rows]),
    ...(changes.length === 0
      ? []
      : ['', `What ${first.caller} did${processes === 1 ? '' : ', in one of the processes'}:`]),
    ...changes.slice(0, MOST_CHANGES),
    ...(changes.length > MOST_CHANGES ? [`  and ${changes.length - MOST_CHANGES} more: --json has all`] : []),
  ]
}

const lengthOr = (ms: number | undefined): string => (ms === undefined ? '–' : duration(ms))

/** Columns as wide as their widest cell, names at the left and numbers at the right. */
const table = (rows: readonly (readonly string[])[]): string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}

const changeLine = (change: Change): string =>
  `  ${clock(change.from)}  ${printable(change.endpoint)} ${wordsOf(change)}`

const wordsOf = (change: Change): string => {
  if (change.kind === 'limit') return `attempts at once: ${change.before} → ${change.after} by ${clock(change.to)}`
  if (change.kind === 'paused') return `asked us to wait, ${counted(change.times, 'time')} until ${clock(change.to)}`
  if (change.kind === 'quota learned') return `quota learned: ${counted(change.permits, 'request')} a minute`
  const until = change.to === undefined ? 'to the end' : `until ${clock(change.to)}`
  return `left alone ${until}, ${counted(change.probes, 'probe')}`
}

const clock = (at: number): string => new Date(at).toISOString().slice(11, 19)
