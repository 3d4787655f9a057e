import { checkDuration, checkKnown, type Clock, InvalidOptionsError, systemClock } from '@spillway/core'
import { type FeedReading, readFeed } from '@spillway/monitor'
import { isSimulated } from '../journal/is-simulated.ts'
import { readRun } from '../journal/read-run.ts'
import { probe, type Probed } from '../probe/probe.ts'
import { disagreementsOf, type StatusDisagreement } from './disagreements.ts'
import { defaultFeeds, feedsFor, type ShownFeed, speaksOf, type StatusEndpoint } from './shown-feed.ts'
import { type Observed, observedIn } from './observed.ts'

/** Options of {@link readStatus}. */
export interface StatusOptions {
  /**
   * Endpoints that are shown beside what feeds say of them. For a host that has one its feed is asked, unless one of `feeds`
   * speaks of it. @default none
   */
  readonly endpoints?: readonly StatusEndpoint[]
  /** Which feeds are asked besides. @default none, and without `endpoints` google-cloud, openai and anthropic */
  readonly feeds?: readonly ShownFeed[]
  /** The out folder of a run that is looked at. @default none */
  readonly run?: string
  /** Endpoints that are asked once each. @default none */
  readonly probe?: readonly Probed[]
  /** Which model a probe asks for a word. @default a cheap one of the provider; for a relay its list of models */
  readonly probeModel?: string
  /** How long a feed or a probe may take, in milliseconds above 0. @default 10000 */
  readonly timeoutMs?: number
  /** @default real time */
  readonly clock?: Clock
  /** Ends it early. @default none */
  readonly signal?: AbortSignal
}

/** What a feed has said. */
export interface ShownReading extends FeedReading {
  /** Of which of the shown endpoints. One that none speaks of has no feed that is known: that says nothing of how it does. */
  readonly endpoints: readonly StatusEndpoint[]
}

/** What feeds say and requests have seen. */
export interface StatusOverview {
  /** When, in milliseconds since 1970 UTC. */
  readonly at: number
  /** Those that are configured, and those that the run has asked. */
  readonly endpoints: readonly StatusEndpoint[]
  readonly feeds: readonly ShownReading[]
  readonly observed: readonly Observed[]
  readonly disagreements: readonly StatusDisagreement[]
  /** The run asked a simulated model: it has seen nothing of a real one, and nothing of it is in here. */
  readonly simulated?: true
}

/**
 * Asks status feeds, looks at a run that was written down, probes endpoints, and says where they disagree. What cannot be asked
 * is `unknown` and says why.
 *
 * ```ts
 * import { readStatus } from '@spillway/batch'
 * import { statusFeed } from '@spillway/monitor'
 *
 * const feed = statusFeed('relay-status', async () => 'operational')
 * const { feeds, disagreements } = await readStatus({ feeds: [{ feed, endpoints: ['relay'] }] })
 * console.log(feeds[0]?.level, disagreements.length) // => operational 0
 * ```
 *
 * @throws BatchError where there is no run in `run`, InvalidOptionsError when an option is unknown or out of its range, and the
 *   signal's reason where that has ended it
 */
export async function readStatus(options: StatusOptions = {}): Promise<StatusOverview> {
  checkKnown('readStatus', options, FIELDS)
  const { endpoints: configured = [], run, probe: probed = [], timeoutMs = 10_000, signal } = options
  const { feeds: named = configured.length > 0 ? [] : defaultFeeds() } = options
  const { clock = systemClock, probeModel: model } = options
  checkDuration('readStatus.timeoutMs', timeoutMs, { min: Number.MIN_VALUE })
  for (const [i, each] of named.entries())
    if (typeof each?.feed?.poll !== 'function')
      throw new InvalidOptionsError(`readStatus.feeds[${i}].feed`, each, 'a status feed, such as openaiStatus()')
  const found = run === undefined ? undefined : readRun(run)
  const simulated = found?.launches.some(isSimulated) === true
  const seen = found === undefined || simulated ? [] : observedIn(found)
  const shown = [...named, ...feedsFor(configured, named)]
  const [readings, probes] = await Promise.all([
    Promise.all(shown.map(({ feed }) => readFeed(feed, { timeoutMs, clock, ...(signal !== undefined && { signal }) }))),
    Promise.all(probed.map((each) => probe(each, { model, timeoutMs, signal }))),
  ])
  signal?.throwIfAborted()
  const observed = [...seen, ...probes]
  const at = clock.wallTime()
  const endpoints = together(configured, seen)
  const told = readings.map((reading, i) => ({ reading, shown: shown[i] as ShownFeed }))
  const feeds = told.map(({ reading, shown: feed }) => ({
    ...reading,
    endpoints: endpoints.filter((each) => speaksOf(feed, each)),
  }))
  const disagreements = disagreementsOf(told, observed, at)
  return { at, endpoints, feeds, observed, disagreements, ...(simulated && { simulated }) }
}

/** Each once: what a run has asked is one that is configured, where it was not elsewhere then. */
const together = (
  configured: readonly StatusEndpoint[],
  seen: readonly StatusEndpoint[],
): readonly StatusEndpoint[] => [
  ...configured,
  ...seen
    .filter(({ endpoint, host }) =>
      configured.every((each) => each.endpoint !== endpoint || (host !== undefined && each.host !== host)),
    )
    .map(({ endpoint, host }) => ({ endpoint, ...(host !== undefined && { host }) })),
]

const FIELDS = ['endpoints', 'feeds', 'run', 'probe', 'probeModel', 'timeoutMs', 'clock', 'signal']
