import { checkText, checkKnown } from '@spillway/core'
import { checkList } from './check-texts.ts'
import { componentStatus, worst } from './component-status.ts'
import { checkAddress } from './http/feed-address.ts'
import { httpFeed } from './http/http-feed.ts'
import { checkHttpFeedOptions, HTTP_FEED_FIELDS, type HttpFeedOptions } from './http/http-feed-options.ts'
import { instantOf, isObject, objectsOf, textOf, type Json } from './json.ts'
import type { ComponentStatus, StatusFeed, StatusLevel, StatusReport } from './status-feed.ts'

/** Options of {@link statuspage}, besides those of every feed of an address. */
export interface StatuspageOptions extends HttpFeedOptions {
  /** Where the page is: its address as people open it, or that of its `summary.json`. */
  readonly url: string
  /** Appears in events, alerts and errors. @default the name of the host */
  readonly name?: string
  /**
   * The component, or several, by id or by name. One that the page does not have stands for the whole page, and says so.
   * @default the whole page
   */
  readonly component?: string | readonly string[]
}

/** The names of its options. */
export const STATUSPAGE_FIELDS: readonly string[] = ['url', 'name', 'component', ...HTTP_FEED_FIELDS]

/**
 * A page of Atlassian Statuspage, or of one who answers like it, as incident.io does. What it says of a component counts first,
 * what it says of itself as a whole second: OpenAI's page is not well when images alone are not.
 *
 * ```ts
 * import { readFeed, statuspage } from '@spillway/monitor'
 *
 * const summary = {
 *   status: { indicator: 'minor', description: 'Partially Degraded Service' },
 *   components: [{ id: 'k1', name: 'Images', status: 'degraded_performance' }],
 * }
 * const page = statuspage({ url: 'https://status.example.com', fetch: async () => Response.json(summary) })
 * console.log((await readFeed(page)).level) // => degraded
 * ```
 *
 * @throws InvalidOptionsError where an option is wrong; its `poll` throws FeedFailedError
 */
export const statuspage = (options: StatuspageOptions): StatusFeed => {
  checkKnown('statuspage', options, STATUSPAGE_FIELDS)
  checkHttpFeedOptions('statuspage', options)
  const address = summaryOf(checkAddress('statuspage.url', options.url, false))
  const name = checkText('statuspage.name', options.name ?? address.hostname)
  const wanted = options.component === undefined ? [] : checkList('statuspage.component', options.component)
  return httpFeed({ name, address: () => address, read: (json) => readSummary(json, wanted) }, options)
}

const summaryOf = (page: URL): URL =>
  page.pathname.endsWith('.json') ? page : new URL(`${page.pathname.replace(/\/+$/, '')}/api/v2/summary.json`, page)

const readSummary = (json: unknown, wanted: readonly string[]): StatusReport | undefined => {
  if (!isObject(json) || !isObject(json['status']) || textOf(json['status']['indicator']) === undefined)
    return undefined
  const { indicator, description } = json['status']
  const page = isObject(json['page']) ? json['page'] : {}
  const components = objectsOf(json['components']) ?? []
  const incidents = (objectsOf(json['incidents']) ?? []).filter((each) => !OVER.has(each['status']))
  const whole = (note?: string): ComponentStatus => {
    const level = INDICATORS.get(indicator) ?? 'unknown'
    const about = level === 'operational' ? {} : { title: textOf(description), ...aboutIncident(incidents[0]) }
    return componentStatus(
      textOf(page['name']) ?? 'the whole page',
      level,
      note === undefined ? about : { ...about, title: note },
    )
  }
  const part = (name: string): ComponentStatus =>
    worst(components.filter((each) => isCalled(each, name)).map((each) => statusOf(each, incidents))) ??
    whole(`There is no component ${name} on the page: this is the whole page`)
  const updatedAt = instantOf(page['updated_at'])
  return {
    components: wanted.length === 0 ? [whole()] : wanted.map(part),
    ...(updatedAt === undefined ? {} : { updatedAt }),
  }
}

const isCalled = ({ id, name }: Json, wanted: string): boolean =>
  id === wanted || textOf(name)?.toLowerCase() === wanted.toLowerCase()

const statusOf = (component: Json, incidents: readonly Json[]): ComponentStatus => {
  const status = textOf(component['status']) ?? 'without a status'
  const level = STATUSES.get(status) ?? 'unknown'
  const name = textOf(component['name']) ?? String(component['id'])
  if (level === 'operational') return componentStatus(name, level)
  const incident = incidents.find((each) => objectsOf(each['components'])?.some(({ id }) => id === component['id']))
  return componentStatus(name, level, { title: status.replaceAll('_', ' '), ...aboutIncident(incident) })
}

const aboutIncident = (incident: Json | undefined): { since?: number; title?: string; link?: string } => {
  const since = instantOf(incident?.['started_at'] ?? incident?.['created_at'])
  const title = textOf(incident?.['name'])
  const link = textOf(incident?.['shortlink'])
  return {
    ...(since === undefined ? {} : { since }),
    ...(title === undefined ? {} : { title }),
    ...(link === undefined ? {} : { link }),
  }
}

const OVER: ReadonlySet<unknown> = new Set(['resolved', 'postmortem', 'completed', 'scheduled'])

const INDICATORS: ReadonlyMap<unknown, StatusLevel> = new Map([
  ['none', 'operational'],
  ['minor', 'degraded'],
  ['maintenance', 'degraded'],
  ['major', 'down'],
  ['critical', 'down'],
])

/** `full_outage` is what incident.io calls a major outage. */
const STATUSES: ReadonlyMap<unknown, StatusLevel> = new Map([
  ['operational', 'operational'],
  ['degraded_performance', 'degraded'],
  ['partial_outage', 'degraded'],
  ['under_maintenance', 'degraded'],
  ['major_outage', 'down'],
  ['full_outage', 'down'],
])
