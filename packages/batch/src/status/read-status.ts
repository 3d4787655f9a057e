import { type Clock, systemClock } from '@spillway/core'
import { type FeedReading, readFeed } from '@spillway/monitor'
import { readRun } from '../journal/read-run.ts'
import { probe, type Probed } from '../probe/probe.ts'
import { disagreementsOf, type StatusDisagreement } from './disagreements.ts'
import { defaultSources, type FeedSource } from './feed-source.ts'
import { observedIn, type Observed } from './observed.ts'

/** Options of {@link readStatus}. */
export interface StatusOptions {
  /** Which feeds are asked. @default google-cloud, openai and anthropic */
  readonly feeds?: readonly FeedSource[]
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
 * @throws BatchError where there is no run in `run`
 */
export async function readStatus(options: StatusOptions = {}): Promise<StatusOverview> {
  const { feeds: sources = defaultSources(), run, probe: probed = [], timeoutMs = 10_000, signal } = options
  const { clock = systemClock, probeModel: model } = options
  const seen = run === undefined ? [] : seenIn(run)
  const [feeds, probes] = await Promise.all([
    Promise.all(
      sources.map(({ feed }) => readFeed(feed, { timeoutMs, clock, ...(signal !== undefined && { signal }) })),
    ),
    Promise.all(probed.map((each) => probe(each, { model, timeoutMs, signal }))),
  ])
  const observed = [...seen, ...probes]
  const at = clock.wallTime()
  return { at, feeds, observed, disagreements: disagreementsOf(feeds, sources, observed, at) }
}

/** What a run has seen of the world: one that asked a simulated model has seen nothing of it. */
const seenIn = (folder: string): readonly Observed[] => {
  const run = readRun(folder)
  return run.launches.some(({ options }) => isSimulated(options)) ? [] : observedIn(run)
}

const isSimulated = ({ note }: Readonly<Record<string, unknown>>): boolean =>
  (note as { readonly simulated?: unknown } | undefined)?.simulated === true
