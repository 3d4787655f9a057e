import type { FeedReading, StatusLevel } from '@spillway/monitor'
import { isRecent, type Observed } from '../../status/observed.ts'
import type { StatusOverview } from '../../status/read-status.ts'
import { REASONS } from './happening.ts'
import type { Style } from './style.ts'
import { tableOf } from './table.ts'
import { lengthOfTime } from './words.ts'

/** An overview as people read it: feeds, endpoints, and where the two disagree. */
export function statusLines(
  { at, feeds, observed, disagreements }: StatusOverview,
  style: Style,
  columns?: number,
): string[] {
  const lines = tableOf(
    ['status page', 'says', 'since', 'about'],
    feeds.flatMap((reading) => feedRows(reading, at, style)),
    { style, columns },
  )
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

function feedRows({ feed, level, components, reason }: FeedReading, at: number, style: Style): Row[] {
  if (reason !== undefined) return [[feed, paint(level, style), '', reason]]
  const telling = components.filter((each) => each.level !== 'operational' || each.title !== undefined)
  if (telling.length === 0) return [[feed, paint(level, style), '', '']]
  return telling.map(({ component, level: own, since, title }, i) => [
    i === 0 ? feed : '',
    paint(own, style),
    since === undefined ? '' : lengthOfTime(Math.max(0, at - since)),
    title === undefined ? component : `${component}: ${title}`,
  ])
}

function observedRow(observed: Observed, at: number, style: Style): Row {
  const { endpoint, level, source, attempts, successRatio, overloadedRatio, durationMs, until, from, probe } = observed
  const median = durationMs === undefined ? '' : lengthOfTime(durationMs.p50)
  if (probe !== undefined) {
    const { verdict, status, model } = probe
    const was = verdict === 'success' ? style.good('answered') : style.bad(REASONS[verdict])
    const seen = `probe of ${model ?? 'the list of models'}${status === undefined ? '' : `, HTTP ${status}`}`
    return [endpoint, was, '1', '', '', median, seen]
  }
  const age = `${lengthOfTime(Math.max(0, at - until))} ago`
  const seen = `${source}, ${lengthOfTime(until - from)} up to ${age}${isRecent(observed, at) ? '' : ': too old to compare'}`
  const was = level === 'healthy' ? style.good(level) : level === 'unknown' ? style.dim(level) : style.bad(level)
  return [endpoint, was, String(attempts), percent(successRatio), percent(overloadedRatio), median, seen]
}

const percent = (ratio: number | undefined): string => (ratio === undefined ? '' : `${Math.round(ratio * 100)} %`)

const paint = (level: StatusLevel, style: Style): string => {
  const paints = { operational: style.good, degraded: style.warn, down: style.bad, unknown: style.dim }
  return paints[level](level)
}
