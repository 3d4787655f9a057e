import type { Clock, Random } from '@spillway/core'
import type { CoveringFeed } from '../disagreement/disagreement.ts'
import type { EndpointModel } from '../health/endpoint-health.ts'
import type { FeedReading } from './feed-reading.ts'
import { pollFeeds, type FeedPoller } from './poll-feeds.ts'
import { covers, type WatchedFeed } from './watched-feed.ts'

/** What feeds are asked with. */
interface Polling {
  readonly everyMs: number
  readonly timeoutMs: number
  readonly clock: Clock
  readonly random: Random
}

/** The feeds of a monitor: what they say, of whom, and what changes. */
export class WatchedFeeds {
  readonly #feeds: readonly Required<WatchedFeed>[]
  readonly #poller: FeedPoller
  readonly #changed: (from: FeedReading, to: FeedReading) => void
  #last: readonly FeedReading[]

  /** @param changed told of every reading whose level is another one than before */
  constructor(
    feeds: readonly Required<WatchedFeed>[],
    polling: Polling,
    changed: (from: FeedReading, to: FeedReading) => void,
  ) {
    this.#feeds = feeds
    this.#changed = changed
    this.#poller = pollFeeds(
      feeds.map(({ feed }) => feed),
      { ...polling, onReading: () => this.look() },
    )
    this.#last = this.readings
  }

  get readings(): readonly FeedReading[] {
    return this.#poller.readings
  }

  /** Each reading, with what it speaks of. */
  get covering(): CoveringFeed[] {
    const { readings } = this
    return this.#feeds.map((watched, i) => ({
      reading: readings[i] as FeedReading,
      covers: (pair) => covers(watched, pair),
    }))
  }

  /** Whether one of them says that there is trouble with a pair. */
  warn(pair: EndpointModel): boolean {
    const { readings } = this
    return this.#feeds.some((watched, i) => isTrouble(readings[i]) && covers(watched, pair))
  }

  /** Tells what has changed, also by growing old. */
  look(): void {
    const { readings } = this
    const last = this.#last
    this.#last = readings
    for (const [i, reading] of readings.entries()) {
      const before = last[i] as FeedReading
      if (before.level !== reading.level) this.#changed(before, reading)
    }
  }

  dispose(): void {
    this.#poller.dispose()
  }
}

const isTrouble = (reading: FeedReading | undefined): boolean =>
  reading?.level === 'degraded' || reading?.level === 'down'
