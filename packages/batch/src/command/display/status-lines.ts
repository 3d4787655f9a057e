import type { FeedReading, StatusLevel } from '@spillway/monitor'
import { isRecent, type Observed } from '../../status/observed.ts'
import type { StatusEndpoint } from '../../status/shown-feed.ts'
import type { StatusOverview } from '../../status/read-status.ts'
import { REASONS } from './happening.ts'
import type { Style } from './style.ts'
import { tableOf } from './table.ts'
import { count, percent } from '../../words/amounts.ts'
import { duration } from '../../words/durations.ts'

/** An overview as people read it: feeds, endpoints, and where the two disagree. */
export function statusLines(
  { at, endpoints, feeds, observed, disagreements }: StatusOverview,
  style: Style,
  columns?: number,
): string[] {
  const rows = (reading: FeedReading): Row[] => feedRows(reading, at, style)
  const said = endpoints.flatMap((each) => beside(each, feeds, rows))
  const others = feeds.filter((reading) => reading.endpoints.length === 0).flatMap(rows)
  const lines =
    said.length === 0
      ? tableOf(HEADS, others, { style, columns })
      : tableOf(['endpoint', ...HEADS], [...said, ...others.map((row) => ['', ...row])], { style, columns })
  if (observed.length > 0)
    lines.push(
      '',
      ...tableOf(
        ['endpoint', 'was', 'attempts', 'answered', 'refused', 'median', 'seen'],
        observed.map((each) => observedRow(each, at, style)),
        { style, columns },
      ),
    )
  if (disagreements.length > 0)
    lines.push('', style.bold('They disagree:'), ...disagreements.map(({ sentence }) => `  ${sentence}`))
  return lines
}

type Row = readonly string[]

const HEADS = ['status page', 'says', 'since', 'about']

/** An endpoint, beside what the feeds say that speak of it. */
function beside(shown: StatusEndpoint, feeds: StatusOverview['feeds'], rowsOf: (reading: FeedReading) => Row[]): Row[] {
  const { endpoint, host } = shown
  const rows = feeds.filter((reading) => reading.endpoints.includes(shown)).flatMap(rowsOf)
  if (rows.length === 0) return [[endpoint, '', 'no feed known', '', host === undefined ? '' : `for ${host}`]]
  return rows.map((row, i) => [i === 0 ? endpoint : '', ...row])
}

function feedRows({ feed, level, components, reason }: FeedReading, at: number, style: Style): Row[] {
  if (reason !== undefined) return [[feed, paint(level, style), '', reason]]
  const telling = components.filter((each) => each.level !== 'operational' || each.title !== undefined)
  if (telling.length === 0) return [[feed, paint(level, style), '', '']]
  return telling.map(({ component, level: own, since, title }, i) => [
    i === 0 ? feed : '',
    paint(own, style),
    since === undefined ? '' : duration(Math.max(0, at - since)),
    title === undefined ? component : `${component}: ${title}`,
  ])
}

function observedRow(observed: Observed, at: number, style: Style): Row {
  const { endpoint, level, source, attempts, successRatio, overloadedRatio, durationMs, until, from, probe } = observed
  const median = durationMs === undefined ? '' : duration(durationMs.p50)
  if (probe !== undefined) {
    const { verdict, status, model } = probe
    const was = verdict === 'success' ? style.good('answered') : style.bad(REASONS[verdict])
    const seen = `probe of ${model ?? 'the list of models'}${status === undefined ? '' : `, HTTP ${status}`}`
    return [endpoint, was, '1', '', '', median, seen]
  }
  const age = `${duration(Math.max(0, at - until))} ago`
  const seen = `${source}, ${duration(until - from)} up to ${age}${isRecent(observed, at) ? '' : ': too old to compare'}`
  const was = level === 'healthy' ? style.good(level) : level === 'unknown' ? style.dim(level) : style.bad(level)
  return [endpoint, was, count(attempts), share(successRatio), share(overloadedRatio), median, seen]
}

const share = (ratio: number | undefined): string => (ratio === undefined ? '' : percent(ratio))

const paint = (level: StatusLevel, style: Style): string => {
  const paints = { operational: style.good, degraded: style.warn, down: style.bad, unknown: style.dim }
  return paints[level](level)
}
