import { anthropicStatus, googleCloudStatus, openaiStatus, type StatusFeed, statuspage } from '@spillway/monitor'

/** What of a page counts. Empty: what the feed takes by default. */
export interface Wanted {
  readonly component: readonly string[]
  readonly location: readonly string[]
}

/** A page that a program can read, and whose API it speaks of. */
export interface KnownFeed {
  /** Where the API is: a host, which stands for those of its regions as well. */
  readonly hosts: readonly string[]
  /** The name that runs give to the endpoint, where only that is known. */
  readonly endpoint: string
  readonly make: (wanted: Wanted) => StatusFeed
}

/** @param url without one the page's own feed is meant */
const pageAt =
  (name: string, url: string): KnownFeed['make'] =>
  ({ component }) =>
    statuspage({ name, url, ...(component.length > 0 && { component }) })

/** By the name that `--feed` takes. Pages of other providers give programs nothing that says how an API does. */
export const KNOWN_FEEDS: Readonly<Record<string, KnownFeed>> = {
  'google-cloud': {
    hosts: ['generativelanguage.googleapis.com', 'aiplatform.googleapis.com'],
    endpoint: 'gemini',
    make: ({ location }) => googleCloudStatus(location.length > 0 ? { locations: location } : {}),
  },
  openai: {
    hosts: ['api.openai.com'],
    endpoint: 'openai',
    make: ({ component }) => openaiStatus(component.length > 0 ? { component } : {}),
  },
  anthropic: {
    hosts: ['api.anthropic.com'],
    endpoint: 'anthropic',
    make: ({ component }) => anthropicStatus(component.length > 0 ? { component } : {}),
  },
  groq: { hosts: ['api.groq.com'], endpoint: 'groq', make: pageAt('groq', 'https://groqstatus.com') },
  cohere: {
    hosts: ['api.cohere.com', 'api.cohere.ai'],
    endpoint: 'cohere',
    make: pageAt('cohere', 'https://status.cohere.com'),
  },
}

/** The name of the feed that is known for a host; `undefined` for a relay, and whoever else nobody knows. */
export const knownFor = (host: string): string | undefined =>
  Object.keys(KNOWN_FEEDS).find((name) => KNOWN_FEEDS[name]?.hosts.some((known) => isAt(host, known)))

/** The host itself, or one of its regions: `eu.api.openai.com`, `us-central1-aiplatform.googleapis.com`. */
export const isAt = (host: string, known: string): boolean =>
  host === known || host.endsWith(`.${known}`) || host.endsWith(`-${known}`)
