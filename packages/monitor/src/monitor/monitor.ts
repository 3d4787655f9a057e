import { EventSource, type EventStream, type LoadProfile } from '@spillway/core'
import { Alerts } from '../alerts/alerts.ts'
import { DisagreementWatch, type Disagreement } from '../disagreement/disagreement.ts'
import { WatchedFeeds } from '../feeds/watched-feeds.ts'
import type { HourTallied } from '../health/hours-of-day.ts'
import { ObservedHealth } from '../health/observed-health.ts'
import type { EndpointModel } from '../health/endpoint-health.ts'
import { CostWindow } from './cost-window.ts'
import type { HealthSnapshot } from './health-snapshot.ts'
import type { MonitorEvent, MonitorEventBody } from './monitor-events.ts'
import { checkMonitorOptions, type MonitorOptions } from './monitor-options.ts'
import { repeat } from './repeat.ts'
import { WatchedPipelines } from './watch-pipelines.ts'

/** How often what was learned is saved. */
const SAVE_EVERY_MS = 600_000

/** What watches pipelines and status pages, and says what it thinks of them. */
export interface Monitor {
  readonly name: string
  /** What happens, as it happens; completes with `dispose`. */
  readonly events: EventStream<MonitorEvent>
  /** All that is known now. */
  health(): HealthSnapshot
  /** What each UTC hour has shown of a model at an endpoint, over the last weeks. */
  hoursOf(pair: EndpointModel): HourTallied[]
  /**
   * Whether a feed says that there is trouble with a pair: a reason to hedge earlier or to open a circuit after fewer failures, and
   * none to do either without a failure of one's own.
   */
  cautious(pair: EndpointModel): boolean
  /** What was learned of the day, for `schedule`: it reads, and the monitor alone records. `undefined` without the option. */
  readonly profile: LoadProfile | undefined
  /** Resolves when no notice waits to be sent. */
  idle(): Promise<void>
  /** Ends everything: timers, polls, notices under way. What has a file is saved. */
  dispose(): void
  [Symbol.dispose](): void
}

/**
 * Watches what calls observe of each model at each endpoint, polls status feeds beside it, says where the two disagree, and alerts.
 * Keeps no process alive, but for a notice that is being sent.
 *
 * ```ts
 * import { pipeline } from '@spillway/core'
 * import { monitor } from '@spillway/monitor'
 *
 * const calls = pipeline([], { name: 'images' })
 * const watch = monitor({ pipelines: [calls] })
 * await calls.execute(async () => 'an image')
 * const [pair] = watch.health().endpoints
 * console.log(pair?.endpoint, pair?.attempts, pair?.level) // => images 1 unknown
 * watch.dispose()
 * ```
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export const monitor = (options: MonitorOptions = {}): Monitor => {
  const resolved = checkMonitorOptions(options)
  const { name, clock, random, profile, profileFile, hours, everyMs } = resolved
  const stamped = (event: MonitorEventBody): MonitorEvent => ({ ...event, at: clock.now(), monitor: name })
  const diagnose = (source: string, errorName: string): MonitorEvent =>
    stamped({ type: 'diagnostic.reported', source, errorName })
  const events = new EventSource<MonitorEvent>((errorName) => diagnose('listener', errorName))
  const tell = (event: MonitorEventBody): void => events.publish(stamped(event))
  const failed = (source: string, error: unknown): void =>
    events.publish(diagnose(source, error instanceof Error ? error.name : typeof error))

  const alerts = new Alerts(name, { ...resolved.alerts, clock, everyMs }, tell)
  const costs = new CostWindow(clock)
  const watchedDisagreements = new DisagreementWatch(resolved.disagreeAfterMs)
  let disagreements: readonly Disagreement[] = []
  let disposed = false

  const feeds = new WatchedFeeds(
    resolved.feeds,
    { everyMs: resolved.feedsEveryMs, timeoutMs: resolved.feedTimeoutMs, clock, random },
    (from, { feed, level, errorName }) =>
      tell({
        type: 'feed.changed',
        feed,
        from: from.level,
        to: level,
        ...(errorName === undefined ? {} : { errorName }),
      }),
  )
  const cautious = (pair: EndpointModel): boolean => feeds.warn(pair)
  const observed = new ObservedHealth(clock, resolved.health, cautious, (change) =>
    tell({ type: 'health.changed', ...change }),
  )
  if (hours !== undefined) observed.restoreHours(hours.known)
  const pipelines = new WatchedPipelines({
    pipelines: resolved.pipelines,
    profile,
    costs,
    observe: (pair, observation) => observed.observe(pair, observation),
    failed,
  })

  const health = (): HealthSnapshot => ({
    at: clock.wallTime(),
    endpoints: observed.read(),
    feeds: feeds.readings,
    disagreements,
    pipelines: pipelines.states(),
    costLastHour: costs.lastHour,
    alerts: alerts.firing,
  })

  const look = (): void => {
    feeds.look()
    observed.assess()
    const { found, ended, current } = watchedDisagreements.look(observed.read(), feeds.covering, clock.wallTime())
    disagreements = current
    for (const each of found) tell({ type: 'disagreement.found', ...each })
    for (const { since, ...each } of ended)
      tell({ type: 'disagreement.ended', ...each, lastedMs: clock.wallTime() - since })
    alerts.look(health())
  }

  const attempted = (source: string, saving: () => void): void => {
    try {
      saving()
    } catch (error) {
      failed(source, error)
    }
  }
  const save = (): void => {
    attempted('profile', () => profileFile?.save())
    attempted('hours', () => hours?.save(observed.recordHours()))
  }

  const timers = [repeat(clock, everyMs, look)]
  if (profileFile !== undefined || hours !== undefined) timers.push(repeat(clock, SAVE_EVERY_MS, save))

  const dispose = (): void => {
    if (disposed) return
    disposed = true
    for (const end of timers) end()
    feeds.dispose()
    pipelines.dispose()
    alerts.dispose()
    save()
    events.complete()
  }

  return {
    name,
    events,
    health,
    hoursOf: (pair) => observed.hoursOf(pair),
    cautious,
    profile: profile === undefined ? undefined : { levelAt: (wallTime) => profile.levelAt(wallTime) },
    idle: () => alerts.idle(),
    dispose,
    [Symbol.dispose]: dispose,
  }
}
