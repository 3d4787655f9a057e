import { checkText, InvalidOptionsError, checkFunction } from '@spillway/core'

/** How a provider says that it does: `unknown` where it says nothing, or could not be asked. */
export type StatusLevel = 'operational' | 'degraded' | 'down' | 'unknown'

/** From the best to the worst. What is not known is worse than nothing and better than any trouble. */
export const STATUS_LEVELS: readonly StatusLevel[] = ['operational', 'unknown', 'degraded', 'down']

/** What a provider says of one of its parts: a product, a model, an API. */
export interface ComponentStatus {
  /** As the provider calls it: `Vertex Gemini API`. */
  readonly component: string
  readonly level: StatusLevel
  /** Since when, in milliseconds since 1970 UTC; of the incident, where there is one. */
  readonly since?: number
  /** The title of the incident. */
  readonly title?: string
  /** Where to read more: an `http` or `https` address. */
  readonly link?: string
}

/** What a provider says. */
export interface StatusReport {
  /** One for each part that was asked about, those without trouble too. None: the feed says nothing, which is `unknown`. */
  readonly components: readonly ComponentStatus[]
  /** When the provider wrote it, in milliseconds since 1970 UTC, where it says so. */
  readonly updatedAt?: number
}

/**
 * Where a provider says how it does. Its author keeps what saves work between two polls, such as an ETag: a poll that learns of
 * nothing new gives the last report again. How often it is asked, how old what it said is, and what becomes of its
 * failures is the business of whoever asks.
 *
 * ```ts
 * import type { StatusFeed } from '@spillway/monitor'
 *
 * const relay: StatusFeed = {
 *   name: 'relay',
 *   poll: async () => ({ components: [{ component: 'images', level: 'operational' }] }),
 * }
 * console.log((await relay.poll(AbortSignal.timeout(1000))).components.length) // => 1
 * ```
 */
export interface StatusFeed {
  /** Appears in events, alerts and errors: `google-cloud`. */
  readonly name: string
  /**
   * Asks once.
   *
   * @param signal ends the request
   * @throws anything: a feed that fails is `unknown`, never `down`
   */
  poll(signal: AbortSignal): Promise<StatusReport>
}

/**
 * A feed out of any function: a page that has no schema, a probe of your own, a flag in a database.
 *
 * ```ts
 * import { readFeed, statusFeed } from '@spillway/monitor'
 *
 * const relay = statusFeed('relay', async () => 'degraded')
 * console.log((await readFeed(relay)).level) // => degraded
 * ```
 *
 * @param name appears in events, alerts and errors, and is the component where the function gives no more than a level
 * @param ask gives a level or a whole report; what it throws makes the feed `unknown`
 * @throws InvalidOptionsError where the name is no text or `ask` no function
 */
export const statusFeed = (
  name: string,
  ask: (signal: AbortSignal) => Promise<StatusLevel | StatusReport>,
): StatusFeed => {
  checkText('statusFeed.name', name)
  checkFunction('statusFeed.ask', ask)
  return {
    name,
    poll: async (signal) => {
      const said = await ask(signal)
      return typeof said === 'string' ? { components: [{ component: name, level: said }] } : said
    },
  }
}

/** @throws InvalidOptionsError for what cannot be asked */
export const checkFeed = (option: string, feed: StatusFeed): void => {
  if (typeof feed?.poll !== 'function')
    throw new InvalidOptionsError(option, feed, 'a status feed, such as openaiStatus() or statusFeed()')
}
