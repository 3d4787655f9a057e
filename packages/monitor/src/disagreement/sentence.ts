import type { FeedReading } from '../feeds/feed-reading.ts'
import type { EndpointModel, EndpointHealth } from '../health/endpoint-health.ts'

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const

/** A length of time in words, in the largest unit of which there are two: `40 seconds`, `9 minutes`, `90 minutes`. */
export const inWords = (ms: number): string => {
  const [unit, length] = UNITS.find(([, each]) => ms >= 2 * each) ?? UNITS[3]
  const count = Math.floor(ms / length)
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

/** A place in words: `official, painter`. */
export const placeOf = ({ endpoint, model }: EndpointModel): string =>
  model === undefined ? endpoint : `${endpoint}, ${model}`

/** A share in words: `71 %`. */
export const percent = (ratio: number): string => `${Math.round(ratio * 100)} %`

/** What our calls say against a page that is green. */
export const callsAreWorse = (health: EndpointHealth, { feed }: FeedReading, lastedMs: number): string => {
  const { overloadedRatio = 0, troubleRatio = 0 } = health
  const refused = overloadedRatio * 2 >= troubleRatio
  const share = `${percent(refused ? overloadedRatio : troubleRatio)} of our attempts at ${placeOf(health)}`
  return `${feed} says operational; ${share} were ${refused ? 'refused' : 'not answered'} for ${inWords(lastedMs)}`
}

/** What our calls say against a page that says down. */
export const pageIsWorse = (health: EndpointHealth, { feed, components }: FeedReading, lastedMs: number): string => {
  const { successRatio = 0, attempts } = health
  const title = components.find(({ level }) => level === 'down')?.title
  const answered = `${percent(successRatio)} of our last ${attempts} attempts at ${placeOf(health)} were answered`
  return `${feed} says down${title === undefined ? '' : ` (${title})`} for ${inWords(lastedMs)}; ${answered}`
}
