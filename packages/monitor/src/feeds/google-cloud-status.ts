import { checkText, checkKnown } from '@spillway/core'
import { checkList } from './check-texts.ts'
import { componentStatus, worst } from './component-status.ts'
import { checkAddress } from './http/feed-address.ts'
import { httpFeed } from './http/http-feed.ts'
import { checkHttpFeedOptions, HTTP_FEED_FIELDS, type HttpFeedOptions } from './http/http-feed-options.ts'
import { instantOf, isObject, objectsOf, textOf, type Json } from './json.ts'
import type { ComponentStatus, StatusFeed, StatusLevel, StatusReport } from './status-feed.ts'

/** Options of {@link googleCloudStatus}, besides those of every feed of an address. */
export interface GoogleCloudStatusOptions extends HttpFeedOptions {
  /** Appears in events, alerts and errors. @default 'google-cloud' */
  readonly name?: string
  /**
   * The product, or several, by their id in `https://status.cloud.google.com/products.json`. Ids stay when a product is renamed.
   * @default 'Z0FZJAMvEB4j3NbCJs6B', Gemini on Vertex AI
   */
  readonly product?: string | readonly string[]
  /** Which locations count: `us-central1`. What is global, or names no location, counts for each. @default all */
  readonly locations?: readonly string[]
  /** Where the incidents are. @default 'https://status.cloud.google.com/incidents.json' */
  readonly url?: string
}

/** What {@link googleCloudStatus} takes where an option is left out. */
export const GOOGLE_CLOUD_STATUS_DEFAULTS: Required<Pick<GoogleCloudStatusOptions, 'name' | 'product' | 'url'>> = {
  name: 'google-cloud',
  product: 'Z0FZJAMvEB4j3NbCJs6B',
  url: 'https://status.cloud.google.com/incidents.json',
}

/**
 * The incidents of Google Cloud. An incident counts while it has no end: an outage is `down`, a disruption `degraded`, and an
 * information leaves the product `operational` with a title. Gemini on Vertex AI is in there; the Gemini API of AI Studio has
 * no such feed.
 *
 * ```ts
 * import { googleCloudStatus, readFeed } from '@spillway/monitor'
 *
 * const vertex = googleCloudStatus({ locations: ['us-central1'], fetch: async () => Response.json([]) })
 * console.log((await readFeed(vertex)).level) // => operational
 * ```
 *
 * @throws InvalidOptionsError where an option is wrong; its `poll` throws FeedFailedError
 */
export const googleCloudStatus = (options: GoogleCloudStatusOptions = {}): StatusFeed => {
  checkKnown('googleCloudStatus', options, ['name', 'product', 'locations', 'url', ...HTTP_FEED_FIELDS])
  checkHttpFeedOptions('googleCloudStatus', options)
  const { name, product, url } = { ...GOOGLE_CLOUD_STATUS_DEFAULTS, ...options }
  checkText('googleCloudStatus.name', name)
  const products = checkList('googleCloudStatus.product', product)
  const locations = options.locations && checkList('googleCloudStatus.locations', options.locations)
  const address = checkAddress('googleCloudStatus.url', url, false)
  const read = (json: unknown): StatusReport | undefined => {
    const incidents = objectsOf(json)?.filter((each) => instantOf(each['begin']) !== undefined)
    if (incidents === undefined || (incidents.length === 0 && !isEmpty(json))) return undefined
    const active = incidents.filter((each) => isActive(each) && isIn(each, locations))
    return { components: products.map((id) => statusOf(id, active, address)) }
  }
  return httpFeed({ name, address: () => address, read }, options)
}

const isEmpty = (json: unknown): boolean => Array.isArray(json) && json.length === 0

const statusOf = (id: string, active: readonly Json[], address: URL): ComponentStatus => {
  const found = active.flatMap((incident) => {
    const product = objectsOf(incident['affected_products'])?.find((each) => each['id'] === id)
    return product === undefined ? [] : [{ incident, level: levelOf(incident), title: textOf(product['title']) }]
  })
  const bad = worst(found)
  if (bad === undefined) return componentStatus(TITLES.get(id) ?? id, 'operational')
  const { incident, level, title } = bad
  const uri = textOf(incident['uri'])
  return componentStatus(title ?? TITLES.get(id) ?? id, level, {
    since: instantOf(incident['begin']),
    title: textOf(incident['external_desc']) ?? 'An incident without a title',
    link: uri !== undefined && URL.canParse(uri, address.href) ? new URL(uri, address.href).href : undefined,
  })
}

const TITLES: ReadonlyMap<string, string> = new Map([['Z0FZJAMvEB4j3NbCJs6B', 'Vertex Gemini API']])

const isActive = ({ end }: Json): boolean => textOf(end) === undefined

const isIn = (incident: Json, wanted: readonly string[] | undefined): boolean => {
  const locations = objectsOf(incident['currently_affected_locations']) ?? []
  if (wanted === undefined || locations.length === 0) return true
  return locations.some(({ id }) => id === 'global' || wanted.includes(id as string))
}

/** What the incident is called as a whole, unless its last update says that everything works again. */
const levelOf = (incident: Json): StatusLevel => {
  const update = incident['most_recent_update']
  if (isObject(update) && update['status'] === 'AVAILABLE') return 'operational'
  return LEVELS.get(incident['status_impact']) ?? 'unknown'
}

const LEVELS: ReadonlyMap<unknown, StatusLevel> = new Map([
  ['SERVICE_OUTAGE', 'down'],
  ['SERVICE_DISRUPTION', 'degraded'],
  ['SERVICE_INFORMATION', 'operational'],
  ['AVAILABLE_INFORMATION', 'operational'],
])
