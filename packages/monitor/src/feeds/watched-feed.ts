import { checkKnown, InvalidOptionsError } from '@spillway/core'
import type { EndpointModel } from '../health/endpoint-health.ts'
import type { StatusFeed } from './status-feed.ts'

/** A feed, and what it speaks of. */
export interface WatchedFeed {
  readonly feed: StatusFeed
  /** The endpoints that it speaks of. @default all */
  readonly endpoints?: readonly string[]
  /** The models that it speaks of. @default all, and attempts whose model is not known */
  readonly models?: readonly string[]
}

/** What a watched feed takes where an option is left out: no name means all. */
export const WATCHED_FEED_DEFAULTS: Required<Omit<WatchedFeed, 'feed'>> = { endpoints: [], models: [] }

/** Whether it speaks of a pair of endpoint and model. */
export const covers = ({ endpoints, models }: Required<WatchedFeed>, { endpoint, model }: EndpointModel): boolean =>
  (endpoints.length === 0 || endpoints.includes(endpoint)) &&
  (models.length === 0 || (model !== undefined && models.includes(model)))

const isFeed = (value: unknown): value is StatusFeed => {
  const { name, poll } = (value ?? {}) as { readonly name?: unknown; readonly poll?: unknown }
  return typeof name === 'string' && typeof poll === 'function'
}

/** @throws InvalidOptionsError when it is no feed, or what it speaks of is no list */
export const checkWatchedFeed = (option: string, given: StatusFeed | WatchedFeed): Required<WatchedFeed> => {
  const watched: WatchedFeed = isFeed(given) ? { feed: given } : given
  checkKnown(option, watched, ['feed', ...Object.keys(WATCHED_FEED_DEFAULTS)])
  if (!isFeed(watched.feed))
    throw new InvalidOptionsError(`${option}.feed`, watched.feed, 'a feed: a name and a function poll()')
  const resolved = { ...WATCHED_FEED_DEFAULTS, ...watched }
  for (const list of ['endpoints', 'models'] as const)
    if (!Array.isArray(resolved[list]))
      throw new InvalidOptionsError(`${option}.${list}`, resolved[list], 'a list of names')
  return resolved
}
