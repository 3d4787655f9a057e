import { anthropicStatus, googleCloudStatus, openaiStatus, type StatusFeed, statuspage } from '@spillway/monitor'
import { UsageError } from '../command/usage-error.ts'

/** A status feed, and the endpoints that it speaks of. */
export interface ShownFeed {
  readonly feed: StatusFeed
  /** By the names that runs give them: `gemini`, `openai`. @default none: it is shown and compared with nothing */
  readonly endpoints?: readonly string[]
}

/** What may be said of a feed beside its name. */
interface Fields {
  readonly component: readonly string[]
  readonly location: readonly string[]
  readonly endpoint: readonly string[]
}

type Make = (fields: Fields) => StatusFeed

const given = <K extends string>(name: K, list: readonly string[]): Partial<Record<K, readonly string[]>> =>
  list.length === 0 ? {} : ({ [name]: list } as Record<K, readonly string[]>)

/** Feeds by name, with the endpoint that each speaks of. */
const KNOWN: Readonly<Record<string, { readonly endpoint: string; readonly make: Make }>> = {
  'google-cloud': {
    endpoint: 'gemini',
    make: ({ location }) => googleCloudStatus(given('locations', location)),
  },
  openai: { endpoint: 'openai', make: ({ component }) => openaiStatus(given('component', component)) },
  anthropic: { endpoint: 'anthropic', make: ({ component }) => anthropicStatus(given('component', component)) },
}

/** What is asked where nobody says otherwise. */
export const defaultFeeds = (): readonly ShownFeed[] => Object.keys(KNOWN).map(readShownFeed)

const FORM = `one of ${Object.keys(KNOWN).join(', ')}, or the address of a status page, and after commas component=, location= and endpoint=: https://status.example.com,component=API,endpoint=relay`

/**
 * Reads one `--feed`: a name or the address of a status page, and after commas what of it counts and for which endpoint.
 *
 * @throws UsageError that says what it takes
 */
export function readShownFeed(text: string): ShownFeed {
  const [name = '', ...rest] = text.split(',').map((part) => part.trim())
  const fields: Record<keyof Fields, string[]> = { component: [], location: [], endpoint: [] }
  for (const field of rest) {
    const [, key = '', value = ''] = /^(\w+)=(.+)$/.exec(field) ?? []
    if (!Object.hasOwn(fields, key)) throw new UsageError(`--feed takes ${FORM}.`)
    fields[key as keyof Fields].push(value.trim())
  }
  const known = Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined
  if (known !== undefined)
    return { feed: known.make(fields), endpoints: fields.endpoint.length > 0 ? fields.endpoint : [known.endpoint] }
  if (!/^https?:\/\//.test(name)) throw new UsageError(`--feed takes ${FORM}.`)
  return { feed: statuspage({ url: name, ...given('component', fields.component) }), endpoints: fields.endpoint }
}
