import { checkDuration, checkKnown, type Clock, InvalidOptionsError, systemClock } from '@spillway/core'
import { type FeedReading, readFeed } from '@spillway/monitor'
import { readRun } from '../journal/read-run.ts'
import { probe, type Probed } from '../probe/probe.ts'
import { disagreementsOf, type StatusDisagreement } from './disagreements.ts'
import { defaultFeeds, type ShownFeed } from './shown-feed.ts'
import { type Observed, observedIn } from './observed.ts'

/** Options of {@link readStatus}. */
export interface StatusOptions {
  /** Which feeds are asked. @default google-cloud, openai and anthropic */
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

/** What feeds say and requests have seen. */
export interface StatusOverview {
  /** When, in milliseconds since 1970 UTC. */
  readonly at: number
  readonly feeds: readonly FeedReading[]
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
  const { feeds: shown = defaultFeeds(), run, probe: probed = [], timeoutMs = 10_000, signal } = options
  const { clock = systemClock, probeModel: model } = options
  checkDuration('readStatus.timeoutMs', timeoutMs, { min: Number.MIN_VALUE })
  for (const [i, each] of shown.entries())
    if (typeof each?.feed?.poll !== 'function')
      throw new InvalidOptionsError(`readStatus.feeds[${i}].feed`, each, 'a status feed, such as openaiStatus()')
  const found = run === undefined ? undefined : readRun(run)
  const simulated = found?.launches.some(({ options: given }) => isSimulated(given)) === true
  const seen = found === undefined || simulated ? [] : observedIn(found)
  const [feeds, probes] = await Promise.all([
    Promise.all(shown.map(({ feed }) => readFeed(feed, { timeoutMs, clock, ...(signal !== undefined && { signal }) }))),
    Promise.all(probed.map((each) => probe(each, { model, timeoutMs, signal }))),
  ])
  signal?.throwIfAborted()
  const observed = [...seen, ...probes]
  const at = clock.wallTime()
  const disagreements = disagreementsOf(feeds, shown, observed, at)
  return { at, feeds, observed, disagreements, ...(simulated && { simulated }) }
}

const isSimulated = ({ note }: Readonly<Record<string, unknown>>): boolean =>
  (note as { readonly simulated?: unknown } | undefined)?.simulated === true

const FIELDS = ['feeds', 'run', 'probe', 'probeModel', 'timeoutMs', 'clock', 'signal']
