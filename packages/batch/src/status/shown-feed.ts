import { type StatusFeed, statuspage } from '@spillway/monitor'
import { UsageError } from '../command/usage-error.ts'
import { isAt, KNOWN_FEEDS, knownFor, type Wanted } from './known-feeds.ts'

/** A status feed, and the endpoints that it speaks of. */
export interface ShownFeed {
  readonly feed: StatusFeed
  /** By the names that runs give them: `gemini`, `openai`. @default none: it is shown and compared with nothing */
  readonly endpoints?: readonly string[]
  /**
   * By their hosts, which stand for those of their regions as well; then `endpoints` counts only where no host is known.
   * @default none
   */
  readonly hosts?: readonly string[]
}

/** An endpoint that a feed may speak of. */
export interface StatusEndpoint {
  /** The name that runs give it. */
  readonly endpoint: string
  /** Where it is: `relay.example`. @default not known */
  readonly host?: string
}

/** Whether a feed speaks of an endpoint. The host counts before the name: a relay may be called `openai`. */
export const speaksOf = ({ endpoints = [], hosts }: ShownFeed, { endpoint, host }: StatusEndpoint): boolean =>
  hosts === undefined || host === undefined ? endpoints.includes(endpoint) : hosts.some((known) => isAt(host, known))

/** What is asked where nobody has named a feed and no endpoint is known: those that most runs would ask. */
export const defaultFeeds = (): readonly ShownFeed[] => ['google-cloud', 'openai', 'anthropic'].map(readShownFeed)

/** The feeds that are known for the hosts of endpoints, but of those that one of `named` speaks of already. */
export function feedsFor(endpoints: readonly StatusEndpoint[], named: readonly ShownFeed[]): readonly ShownFeed[] {
  const left = endpoints.filter((each) => !named.some((feed) => speaksOf(feed, each)))
  const known = left.flatMap(({ host }) => (host === undefined ? [] : (knownFor(host) ?? [])))
  return [...new Set(known)].map(readShownFeed)
}

const FORM = `one of ${Object.keys(KNOWN_FEEDS).join(', ')}, or the address of a status page, and after commas component=, location= and endpoint=: https://status.example.com,component=API,endpoint=relay`

/**
 * Reads one `--feed`: a name or the address of a status page, and after commas what of it counts and for which endpoint.
 *
 * @throws UsageError that says what it takes
 */
export function readShownFeed(text: string): ShownFeed {
  const [name = '', ...rest] = text.split(',').map((part) => part.trim())
  const fields: Record<keyof Wanted | 'endpoint', string[]> = { component: [], location: [], endpoint: [] }
  for (const field of rest) {
    const [, key = '', value = ''] = /^(\w+)=(.+)$/.exec(field) ?? []
    if (!Object.hasOwn(fields, key)) throw new UsageError(`--feed takes ${FORM}.`)
    fields[key as keyof typeof fields].push(value.trim())
  }
  const { endpoint: endpoints, component } = fields
  const known = Object.hasOwn(KNOWN_FEEDS, name) ? KNOWN_FEEDS[name] : undefined
  if (known !== undefined) {
    const feed = known.make(fields)
    return endpoints.length > 0 ? { feed, endpoints } : { feed, endpoints: [known.endpoint], hosts: known.hosts }
  }
  if (!/^https?:\/\//.test(name)) throw new UsageError(`--feed takes ${FORM}.`)
  return { feed: statuspage({ url: name, ...(component.length > 0 && { component }) }), endpoints }
}
