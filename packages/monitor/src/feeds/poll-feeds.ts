import {
  checkClock,
  checkDuration,
  checkFunction,
  checkKnown,
  InvalidOptionsError,
  systemClock,
  systemRandom,
  type Clock,
  type Random,
  type Timer,
} from '@spillway/core'
import type { FeedReading } from './feed-reading.ts'
import { readFeed } from './read-feed.ts'
import { checkFeed, type StatusFeed } from './status-feed.ts'

/** Options of {@link pollFeeds}. */
export interface PollFeedsOptions {
  /**
   * How long a feed is left alone after an answer, in milliseconds from 60000. Up to a quarter is added by chance, so that
   * many processes do not ask in step.
   * @default 120000
   */
  readonly everyMs?: number
  /** How long a feed may take, in milliseconds above 0. @default 10000 */
  readonly timeoutMs?: number
  /** What is older says nothing any more, in milliseconds above `everyMs`. @default three times `everyMs` */
  readonly staleAfterMs?: number
  /** Hears of each answer and each failure. @default nobody */
  readonly onReading?: (reading: FeedReading) => void
  /** @default real time */
  readonly clock?: Clock
  /** @default Math.random */
  readonly random?: Random
}

/** What {@link pollFeeds} takes where an option is left out. */
export const POLL_FEEDS_DEFAULTS: Required<Omit<PollFeedsOptions, 'staleAfterMs' | 'onReading'>> = {
  everyMs: 120_000,
  timeoutMs: 10_000,
  clock: systemClock,
  random: systemRandom,
}

/** Nobody's server is asked more often. */
const SHORTEST_EVERY_MS = 60_000
/** How much of `everyMs` chance may add. */
const JITTER_RATIO = 0.25

/** Feeds that are asked again and again. */
export interface FeedPoller {
  /** What each feed says, in the order given: `unknown` before its first answer, while it fails, and where that is too old. */
  readonly readings: readonly FeedReading[]
  /** Ends what is under way and asks no more. */
  dispose(): void
}

/**
 * Asks feeds at once and then every few minutes, each for itself: one that hangs or fails holds up no other. Its timers do not
 * keep the process alive.
 *
 * ```ts
 * import { pollFeeds, statusFeed } from '@spillway/monitor'
 * import { VirtualClock } from '@spillway/core/testing'
 *
 * const clock = new VirtualClock()
 * const poller = pollFeeds([statusFeed('relay', async () => 'degraded')], { clock })
 * await clock.advance(0)
 * console.log(poller.readings[0]?.level) // => degraded
 * poller.dispose()
 * ```
 *
 * @param feeds each with a name of its own
 * @throws InvalidOptionsError where an option is out of its range or two feeds have one name
 */
export const pollFeeds = (feeds: readonly StatusFeed[], options: PollFeedsOptions = {}): FeedPoller => {
  checkKnown('pollFeeds', options, ['everyMs', 'timeoutMs', 'staleAfterMs', 'onReading', 'clock', 'random'])
  const { everyMs, timeoutMs, clock, random } = { ...POLL_FEEDS_DEFAULTS, ...options }
  const { staleAfterMs = 3 * everyMs, onReading } = options
  check(feeds, options, { everyMs, timeoutMs, staleAfterMs })
  const ending = new AbortController()
  const timers = new Map<StatusFeed, Timer>()
  const readings = new Map<StatusFeed, FeedReading>()

  const ask = async (feed: StatusFeed): Promise<void> => {
    const previous = readings.get(feed)
    const reading = await readFeed(feed, {
      clock,
      timeoutMs,
      signal: ending.signal,
      inBackground: true,
      ...(previous === undefined ? {} : { previous }),
    })
    if (ending.signal.aborted) return
    readings.set(feed, reading)
    const timer = clock.setTimer(everyMs * (1 + JITTER_RATIO * random()), () => void ask(feed))
    timer.unref()
    timers.set(feed, timer)
    tell(onReading, reading)
  }
  for (const feed of feeds) void ask(feed)

  const now = (feed: StatusFeed): FeedReading => {
    const reading = readings.get(feed) ?? { feed: feed.name, level: 'unknown', components: [] }
    const isStale = reading.fetchedAt !== undefined && clock.wallTime() - reading.fetchedAt > staleAfterMs
    return isStale ? { ...reading, level: 'unknown' } : reading
  }
  return {
    get readings() {
      return feeds.map(now)
    },
    dispose: () => {
      ending.abort()
      for (const timer of timers.values()) timer.cancel()
    },
  }
}

/** What a listener throws is its own affair, and must not end the polling. */
const tell = (listener: PollFeedsOptions['onReading'], reading: FeedReading): void => {
  try {
    listener?.(reading)
  } catch (error) {
    const name = error instanceof Error ? error.name : typeof error
    process.emitWarning(`onReading of pollFeeds has thrown a ${name}. The feeds are asked on.`, {
      type: 'SpillwayWarning',
      code: 'SPILLWAY_FEED_LISTENER_FAILED',
    })
  }
}

const check = (
  feeds: readonly StatusFeed[],
  options: PollFeedsOptions,
  { everyMs, timeoutMs, staleAfterMs }: { everyMs: number; timeoutMs: number; staleAfterMs: number },
): void => {
  checkDuration('pollFeeds.everyMs', everyMs, { min: SHORTEST_EVERY_MS })
  checkDuration('pollFeeds.timeoutMs', timeoutMs, { min: Number.MIN_VALUE })
  checkDuration('pollFeeds.staleAfterMs', staleAfterMs, { min: everyMs, infinite: true })
  checkFunction('pollFeeds.onReading', options.onReading, true)
  if (options.clock !== undefined) checkClock('pollFeeds.clock', options.clock)
  checkFunction('pollFeeds.random', options.random, true)
  const names = new Set<string>()
  if (!Array.isArray(feeds)) throw new InvalidOptionsError('pollFeeds.feeds', feeds, 'a list of status feeds')
  for (const [i, feed] of (feeds as readonly StatusFeed[]).entries()) {
    checkFeed(`pollFeeds.feeds[${i}]`, feed)
    if (names.has(feed.name))
      throw new InvalidOptionsError(`pollFeeds.feeds[${i}].name`, feed.name, 'a name of its own')
    names.add(feed.name)
  }
}
