import { type FeedReading, worseOf } from '@spillway/monitor'
import { counted, percent } from '../words/amounts.ts'
import { duration } from '../words/durations.ts'
import { type ShownFeed, speaksOf } from './shown-feed.ts'
import { isRecent, type Observed } from './observed.ts'

/** What a feed says and what requests have seen are not the same. */
export interface StatusDisagreement {
  readonly feed: string
  readonly endpoint: string
  readonly source: Observed['source']
  /** Who says that it is worse. */
  readonly worse: 'calls' | 'page'
  readonly sentence: string
}

/** A feed, and what it has said. */
export interface ToldFeed {
  readonly shown: ShownFeed
  readonly reading: FeedReading
}

/** Where feeds and requests disagree, as far as both speak of the same endpoint and of now. */
export function disagreementsOf(
  told: readonly ToldFeed[],
  observed: readonly Observed[],
  now: number,
): readonly StatusDisagreement[] {
  return told.flatMap(({ shown, reading }) =>
    observed
      .filter((each) => speaksOf(shown, each) && isRecent(each, now))
      .flatMap((each) => {
        const worse = each.probe === undefined ? worseOf(each, reading) : worseOfOne(each.probe.verdict, reading)
        if (worse === undefined) return []
        const { feed } = reading
        const { endpoint, source } = each
        return { feed, endpoint, source, worse, sentence: `${says(reading)}; ${but(each, worse)}` }
      }),
  )
}

/** One request is no share, but it is something. */
const worseOfOne = (verdict: string, { level }: FeedReading): StatusDisagreement['worse'] | undefined => {
  if (level === 'operational' && (verdict === 'overloaded' || verdict === 'transient')) return 'calls'
  return level === 'down' && verdict === 'success' ? 'page' : undefined
}

const says = ({ feed, level, components }: FeedReading): string => {
  const title = components.find((each) => each.level === level)?.title
  return `${feed} says ${level}${title === undefined ? '' : ` (${title})`}`
}

const but = (observed: Observed, worse: StatusDisagreement['worse']): string => {
  const { endpoint, attempts, successRatio = 0, overloadedRatio = 0, troubleRatio = 0, probe, from, until } = observed
  if (probe !== undefined)
    return worse === 'page'
      ? `one request at ${endpoint} was answered`
      : `one request at ${endpoint} was ${probe.verdict === 'overloaded' ? 'refused as overloaded' : 'not answered'}. One says little: ask again, or look at a run`
  const which = `of ${counted(attempts, 'attempt')} at ${endpoint} within ${duration(until - from)}`
  if (worse === 'page') return `${percent(successRatio)} ${which} were answered`
  return overloadedRatio * 2 >= troubleRatio
    ? `${percent(overloadedRatio)} ${which} were refused`
    : `${percent(troubleRatio)} ${which} were not answered`
}
