import { checkKnown, checkClock, systemClock, type Clock } from '@spillway/core'
import { worstLevel, type FeedReading } from './feed-reading.ts'
import { FeedFailedError } from './http/feed-failed-error.ts'
import { checkFeed, STATUS_LEVELS, type ComponentStatus, type StatusFeed, type StatusReport } from './status-feed.ts'

/** Options of {@link readFeed}. */
export interface ReadFeedOptions {
  /** How long the feed may take, in milliseconds above 0. @default 10000 */
  readonly timeoutMs?: number
  /** @default real time */
  readonly clock?: Clock
  /** Ends it early. @default none */
  readonly signal?: AbortSignal
  /** Whether the process may end although the feed has not answered. @default false */
  readonly inBackground?: boolean
  /** What it said before: kept, with its age, where it fails now. @default nothing */
  readonly previous?: FeedReading
}

/** What {@link readFeed} takes where an option is left out. */
export const READ_FEED_DEFAULTS: { readonly timeoutMs: number; readonly clock: Clock } = {
  timeoutMs: 10_000,
  clock: systemClock,
}

/** Text of others is shown to people: a title needs no more. */
const LONGEST_TEXT = 300
/** A page has dozens of components, a hostile one any number. */
const MAX_COMPONENTS = 1000

/**
 * Asks a feed once. Never rejects: a feed that throws, says nothing within the limit, or gives what is no report is `unknown`.
 *
 * @param feed what to ask
 */
export const readFeed = async (feed: StatusFeed, options: ReadFeedOptions = {}): Promise<FeedReading> => {
  checkFeed('readFeed.feed', feed)
  checkKnown('readFeed', options, [...Object.keys(READ_FEED_DEFAULTS), 'signal', 'previous', 'inBackground'])
  const { timeoutMs, clock, signal, previous, inBackground } = { ...READ_FEED_DEFAULTS, ...options }
  checkClock('readFeed.clock', clock)
  const ending = new AbortController()
  const { name } = feed
  const end = (): void => ending.abort(signal?.reason)
  const timer = clock.setTimer(timeoutMs, () => ending.abort(timedOut(timeoutMs)))
  if (inBackground === true) timer.unref()
  signal?.addEventListener('abort', end, { once: true })
  if (signal?.aborted) end()
  try {
    const components = readComponents(await Promise.race([feed.poll(ending.signal), whenAborted(ending.signal)]))
    return { feed: name, level: worstLevel({ components }), components, fetchedAt: clock.wallTime() }
  } catch (error) {
    return {
      feed: name,
      level: 'unknown',
      components: previous?.components ?? [],
      ...(previous?.fetchedAt === undefined ? {} : { fetchedAt: previous.fetchedAt }),
      errorName: error instanceof Error ? error.name : typeof error,
      reason: reasonOf(error, timeoutMs),
    }
  } finally {
    timer.cancel()
    signal?.removeEventListener('abort', end)
  }
}

const timedOut = (timeoutMs: number): DOMException =>
  new DOMException(`The feed said nothing for ${timeoutMs} ms.`, 'TimeoutError')

/** Of the words of an error only ours are repeated: those of others may quote a key. */
const reasonOf = (error: unknown, timeoutMs: number): string => {
  if (error instanceof FeedFailedError) return error.reason
  const name = error instanceof Error ? error.name : typeof error
  if (name === 'TimeoutError') return `it said nothing for ${timeoutMs} ms`
  return name === 'AbortError' ? 'nobody waited for it any more' : `its poll failed with a ${name}`
}

const whenAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })

/** A feed is somebody else's code, and what it read is somebody else's text. */
const readComponents = (report: StatusReport): ComponentStatus[] => {
  if (!Array.isArray(report?.components)) throw new TypeError('The feed gave no list of components.')
  return report.components.slice(0, MAX_COMPONENTS).map((each: ComponentStatus) => {
    const { component, level, since, title, link } = each ?? {}
    if (typeof component !== 'string') throw new TypeError('The feed gave a component without a name.')
    return {
      component: plain(component),
      level: STATUS_LEVELS.includes(level) ? level : 'unknown',
      ...(typeof since === 'number' && Number.isFinite(since) ? { since } : {}),
      ...(typeof title === 'string' && title !== '' ? { title: plain(title) } : {}),
      ...(typeof link === 'string' && isAddress(link) ? { link } : {}),
    }
  })
}

/** One line without control characters, whatever a page holds. */
const plain = (text: string): string =>
  text
    .slice(0, 4 * LONGEST_TEXT)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_TEXT)

const isAddress = (link: string): boolean => URL.canParse(link) && /^https?:$/.test(new URL(link).protocol)
