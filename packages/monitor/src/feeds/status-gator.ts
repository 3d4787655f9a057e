import { checkText, checkKnown, InvalidOptionsError } from '@spillway/core'
import { checkToken } from './check-texts.ts'
import { componentStatus } from './component-status.ts'
import { checkAddress } from './http/feed-address.ts'
import { httpFeed } from './http/http-feed.ts'
import { checkHttpFeedOptions, HTTP_FEED_FIELDS, type HttpFeedOptions } from './http/http-feed-options.ts'
import { instantOf, isObject, objectsOf, textOf, type Json } from './json.ts'
import type { ComponentStatus, StatusFeed, StatusLevel, StatusReport } from './status-feed.ts'

/** Options of {@link statusGator}, besides those of every feed of an address. */
export interface StatusGatorOptions extends HttpFeedOptions {
  /** An API token of the organization; reading is enough. */
  readonly token: string
  /** The id of the board. */
  readonly board: string
  /** One monitor of the board, by id or by name. @default all that are not paused */
  readonly monitor?: string
  /** Appears in events, alerts and errors. @default 'statusgator' */
  readonly name?: string
  /** Where the API is. @default 'https://statusgator.com/api/v3' */
  readonly url?: string
}

/** What {@link statusGator} takes where an option is left out. */
export const STATUS_GATOR_DEFAULTS: Required<Pick<StatusGatorOptions, 'name' | 'url'>> = {
  name: 'statusgator',
  url: 'https://statusgator.com/api/v3',
}

/**
 * The monitors of a StatusGator board: up is `operational`, a warning and a maintenance are `degraded`, down is `down`.
 *
 * ```ts
 * import { readFeed, statusGator } from '@spillway/monitor'
 *
 * const monitors = { success: true, data: [{ id: 'm1', display_name: 'OpenAI', filtered_status: 'warn' }] }
 * const board = statusGator({ token: 'a-token', board: 'b1', fetch: async () => Response.json(monitors) })
 * console.log((await readFeed(board)).level) // => degraded
 * ```
 *
 * @throws InvalidOptionsError where an option is wrong; its `poll` throws FeedFailedError
 */
export const statusGator = (options: StatusGatorOptions): StatusFeed => {
  checkKnown('statusGator', options, ['token', 'board', 'monitor', 'name', 'url', ...HTTP_FEED_FIELDS])
  checkHttpFeedOptions('statusGator', options)
  const { name, url, monitor } = { ...STATUS_GATOR_DEFAULTS, ...options }
  checkText('statusGator.name', name)
  const token = checkToken('statusGator.token', options.token)
  if (token === undefined) throw new InvalidOptionsError('statusGator.token', token, 'a token')
  if (monitor !== undefined) checkText('statusGator.monitor', monitor)
  const api = checkAddress('statusGator.url', url, true)
  const board = encodeURIComponent(checkText('statusGator.board', options.board))
  const address = (number: number): URL => {
    const monitors = new URL(`${api.pathname.replace(/\/+$/, '')}/boards/${board}/monitors`, api)
    if (number > 1) monitors.searchParams.set('page', String(number))
    return monitors
  }
  // Once the monitor that is wanted has been seen, nothing else matters.
  const goesOn = (page: unknown): boolean =>
    hasNext(page) && (monitor === undefined || !monitorsIn(page)?.some(isNamed(monitor)))
  const read = (...pages: readonly unknown[]): StatusReport | undefined => readMonitors(pages, monitor)
  return httpFeed({ name, token, address, read, goesOn }, options)
}

const monitorsIn = (page: unknown): readonly Json[] | undefined =>
  isObject(page) && page['success'] === true ? objectsOf(page['data']) : undefined

/** An empty page is the last one, whatever it says of itself. */
const hasNext = (page: unknown): boolean => {
  if (!isObject(page) || !isObject(page['pagination']) || monitorsIn(page)?.length === 0) return false
  const { next_page: next, current_page: current, total_pages: total } = page['pagination']
  return typeof next === 'number' || (typeof current === 'number' && typeof total === 'number' && current < total)
}

const readMonitors = (pages: readonly unknown[], wanted: string | undefined): StatusReport | undefined => {
  const lists = pages.map(monitorsIn)
  if (lists.includes(undefined)) return undefined
  const monitors = lists.flatMap((list) => list ?? [])
  if (wanted === undefined) return { components: monitors.filter((each) => !isPaused(each)).map(statusOf) }
  const found = monitors.find(isNamed(wanted))
  const missing = { title: `There is no monitor ${wanted} on the board` }
  return { components: [found === undefined ? componentStatus(wanted, 'unknown', missing) : statusOf(found)] }
}

const isNamed =
  (wanted: string) =>
  (monitor: Json): boolean =>
    monitor['id'] === wanted || nameOf(monitor)?.toLowerCase() === wanted.toLowerCase()

const nameOf = (monitor: Json): string | undefined => textOf(monitor['display_name'])

const isPaused = (monitor: Json): boolean => textOf(monitor['paused_at']) !== undefined

const statusOf = (monitor: Json): ComponentStatus => {
  const name = nameOf(monitor) ?? String(monitor['id'])
  if (isPaused(monitor))
    return componentStatus(name, 'unknown', { title: 'The monitor is paused', since: instantOf(monitor['paused_at']) })
  const status = monitor['filtered_status'] ?? monitor['status']
  const level = LEVELS.get(status) ?? 'unknown'
  return componentStatus(name, level, {
    title: level === 'operational' ? undefined : (textOf(monitor['last_message']) ?? textOf(status)),
  })
}

const LEVELS: ReadonlyMap<unknown, StatusLevel> = new Map([
  ['up', 'operational'],
  ['warn', 'degraded'],
  ['maintenance', 'degraded'],
  ['down', 'down'],
])
