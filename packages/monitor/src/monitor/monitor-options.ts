import {
  checkPipeline,
  checkClock,
  checkDuration,
  checkFunction,
  checkKnown,
  InvalidOptionsError,
  systemClock,
  systemRandom,
  type Clock,
  type LearnedLoadProfile,
  type Pipeline,
  type Random,
} from '@spillway/core'
import { checkAlertOptions, type AlertOptions, type ResolvedAlertOptions } from '../alerts/alert-options.ts'
import type { StatusFeed } from '../feeds/status-feed.ts'
import { POLL_FEEDS_DEFAULTS } from '../feeds/poll-feeds.ts'
import { checkWatchedFeed, type WatchedFeed } from '../feeds/watched-feed.ts'
import { checkHealthOptions, type HealthOptions } from '../health/health-options.ts'
import type { HoursFile } from '../profile/hours-file.ts'
import type { ProfileFile } from '../profile/profile-file.ts'

/** Options of {@link monitor}. */
export interface MonitorOptions {
  /** Appears in events and notices. @default 'monitor' */
  readonly name?: string
  /** Whose calls are observed. @default those of every pipeline of the process, made earlier or later */
  readonly pipelines?: readonly Pipeline<unknown>[]
  /** From when on a model at an endpoint is how ill. @default HEALTH_DEFAULTS */
  readonly health?: HealthOptions
  /** Where providers say how they do. @default none */
  readonly feeds?: readonly (StatusFeed | WatchedFeed)[]
  /** How often feeds are asked, in milliseconds from 60000: see `pollFeeds`. @default 120000 */
  readonly feedsEveryMs?: number
  /** How long a feed may take to answer, in milliseconds above 0. @default 10000 */
  readonly feedTimeoutMs?: number
  /** For how long calls and a feed must disagree before it is said, in milliseconds from 0. @default 300000 */
  readonly disagreeAfterMs?: number
  /** Who is told of what. @default standardRules(), and nobody */
  readonly alerts?: AlertOptions
  /** A profile that learns from all calls, or a file with one, which is saved every ten minutes and at the end. @default none */
  readonly profile?: LearnedLoadProfile | ProfileFile
  /** Where what each hour of the day has shown of each pair is kept, every ten minutes and at the end. @default it is forgotten */
  readonly hours?: HoursFile
  /** How often levels, disagreements and rules are looked at, in milliseconds of at least 100. @default 10000 */
  readonly everyMs?: number
  /** @default real time */
  readonly clock?: Clock
  /** @default Math.random */
  readonly random?: Random
}

/** What {@link monitor} takes where an option is left out. */
export const MONITOR_DEFAULTS: Required<
  Pick<MonitorOptions, 'name' | 'feedsEveryMs' | 'feedTimeoutMs' | 'disagreeAfterMs' | 'everyMs' | 'clock' | 'random'>
> = {
  name: 'monitor',
  feedsEveryMs: POLL_FEEDS_DEFAULTS.everyMs,
  feedTimeoutMs: POLL_FEEDS_DEFAULTS.timeoutMs,
  disagreeAfterMs: 300_000,
  everyMs: 10_000,
  clock: systemClock,
  random: systemRandom,
}

/** With defaults where an option is left out. */
export interface ResolvedMonitorOptions extends Required<
  Omit<MonitorOptions, 'pipelines' | 'feeds' | 'profile' | 'hours' | 'alerts'>
> {
  /** `undefined`: all. */
  readonly pipelines: readonly Pipeline<unknown>[] | undefined
  readonly feeds: readonly Required<WatchedFeed>[]
  readonly profile: LearnedLoadProfile | undefined
  /** Where it is kept. */
  readonly profileFile: ProfileFile | undefined
  readonly hours: HoursFile | undefined
  readonly health: Required<HealthOptions>
  readonly alerts: ResolvedAlertOptions
}

const FURTHER = ['pipelines', 'health', 'feeds', 'alerts', 'profile', 'hours']

/** @throws InvalidOptionsError when an option is out of its range */
export const checkMonitorOptions = (options: MonitorOptions): ResolvedMonitorOptions => {
  checkKnown('monitor', options, [...Object.keys(MONITOR_DEFAULTS), ...FURTHER])
  const { pipelines, feeds = [], health = {}, alerts = {}, profile: given, hours, ...rest } = options
  const plain = { ...MONITOR_DEFAULTS, ...rest }
  if (typeof plain.name !== 'string') throw new InvalidOptionsError('monitor.name', plain.name, 'a string')
  checkDuration('monitor.feedsEveryMs', plain.feedsEveryMs, { min: 60_000 })
  checkDuration('monitor.feedTimeoutMs', plain.feedTimeoutMs, { min: Number.MIN_VALUE })
  checkDuration('monitor.disagreeAfterMs', plain.disagreeAfterMs)
  checkDuration('monitor.everyMs', plain.everyMs, { min: 100 })
  checkFunction('monitor.random', plain.random)
  checkClock('monitor.clock', plain.clock)
  if (pipelines !== undefined) checkPipelines(pipelines)
  if (!Array.isArray(feeds)) throw new InvalidOptionsError('monitor.feeds', feeds, 'a list of feeds')
  const file = typeof given === 'object' && given !== null && 'profile' in given ? given : undefined
  const profile = file === undefined ? (given as LearnedLoadProfile | undefined) : file.profile
  if (given !== undefined && typeof profile?.record !== 'function')
    throw new InvalidOptionsError('monitor.profile', given, 'a learnedLoadProfile() or a profileFile()')
  if (hours !== undefined && (!Array.isArray(hours.known) || typeof hours.save !== 'function'))
    throw new InvalidOptionsError('monitor.hours', hours, 'an hoursFile()')
  const watched = feeds.map((feed, i) => checkWatchedFeed(`monitor.feeds[${i}]`, feed))
  checkNames(watched)
  return {
    ...plain,
    pipelines,
    feeds: watched,
    profile,
    profileFile: file,
    hours,
    health: checkHealthOptions(health),
    alerts: checkAlertOptions(alerts),
  }
}

const checkPipelines = (pipelines: readonly Pipeline<unknown>[]): void => {
  if (!Array.isArray(pipelines)) throw new InvalidOptionsError('monitor.pipelines', pipelines, 'a list of pipelines')
  for (const [i, each] of pipelines.entries()) checkPipeline(`monitor.pipelines[${i}]`, each)
}

const checkNames = (watched: readonly WatchedFeed[]): void => {
  const names = new Set<string>()
  for (const [i, { feed }] of watched.entries()) {
    if (names.has(feed.name))
      throw new InvalidOptionsError(`monitor.feeds[${i}].name`, feed.name, 'a name that no other feed has')
    names.add(feed.name)
  }
}
