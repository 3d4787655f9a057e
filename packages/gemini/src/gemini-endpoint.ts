import { checkKnown, checkTexts, type Endpoint, ENDPOINT_FIELDS, InvalidOptionsError } from '@spillway/core'

/** A place that serves the Gemini API: the vendor's own, another project's key, or a relay. */
export interface GeminiEndpoint extends Endpoint {
  /** Without the API version: `https://relay.example/gemini`. @default the client's own */
  readonly baseUrl?: string
  /**
   * The key, or a function that gives one for each attempt; sent as `x-goog-api-key`, never in the URL. Required where
   * `baseUrl` has another origin: the client's key is never sent to another host. @default the client's own
   */
  readonly apiKey?: string | (() => string | PromiseLike<string>)
  /** What this endpoint calls the client's models: `{ 'gemini-3-pro-image': 'nano-banana-pro' }`. Others keep their name. */
  readonly models?: Readonly<Record<string, string>>
  /**
   * Another location of the client's own project: `europe-west4`, `global`. Only for clients of the cloud platform
   * (`vertexai: true`) that were made with a project; its credentials go to Google's hosts alone. @default the client's own
   */
  readonly location?: string
  /** Sent with every request to this endpoint. */
  readonly headers?: Readonly<Record<string, string>>
}

const KNOWN = [...ENDPOINT_FIELDS, 'baseUrl', 'apiKey', 'models', 'location', 'headers']

/** What of a client decides which endpoints it can have. */
export interface ClientPlace {
  readonly baseUrl: string
  /** Whether it speaks to the cloud platform, whose paths and keys are others than those of the Gemini API. */
  readonly vertexai: boolean
  /** Whether its paths name a project and a location. */
  readonly hasProject: boolean
}

/** The cloud platform's own host for a location; the client's rule. */
export const hostOfLocation = (location: string): string => {
  if (location === 'global') return 'https://aiplatform.googleapis.com'
  return location === 'us' || location === 'eu'
    ? `https://aiplatform.${location}.rep.googleapis.com`
    : `https://${location}-aiplatform.googleapis.com`
}

const GEMINI_API = /^generativelanguage\.googleapis\.com$/
const CLOUD = /(?:^|[.-])aiplatform\.(?:\w+\.rep\.)?googleapis\.com$/

/** Where an endpoint is; `undefined`: on the client's own host. */
export const baseUrlOf = ({ baseUrl, location }: GeminiEndpoint, clientBaseUrl: string): string | undefined => {
  if (baseUrl !== undefined || location === undefined) return baseUrl
  return CLOUD.test(new URL(clientBaseUrl).host) ? hostOfLocation(location) : undefined
}

/** Whether the endpoint is on the client's own host, or on another of Google's that takes its token. */
export const isOwnOrigin = (endpoint: GeminiEndpoint, clientBaseUrl: string): boolean => {
  const baseUrl = baseUrlOf(endpoint, clientBaseUrl)
  if (baseUrl === undefined || new URL(baseUrl).origin === new URL(clientBaseUrl).origin) return true
  return endpoint.location !== undefined && endpoint.baseUrl === undefined
}

/** @throws InvalidOptionsError for an endpoint that no request could reach */
export const checkEndpoints = (endpoints: readonly GeminiEndpoint[], client: ClientPlace): void => {
  if (!Array.isArray(endpoints)) throw new InvalidOptionsError('resilient.endpoints', endpoints, 'a list of endpoints')
  for (const [i, endpoint] of (endpoints as readonly GeminiEndpoint[]).entries())
    checkEndpoint(`resilient.endpoints[${i}]`, endpoint, client)
}

const checkEndpoint = (path: string, endpoint: GeminiEndpoint, client: ClientPlace): void => {
  checkKnown(path, endpoint, KNOWN)
  const { baseUrl, apiKey, location, headers = {} } = endpoint
  checkTexts(`${path}.models`, endpoint.models)
  checkTexts(`${path}.headers`, endpoint.headers)
  const { protocol = '', host = '' } = (baseUrl === undefined ? undefined : URL.parse(baseUrl)) ?? {}
  if (baseUrl !== undefined && !/^https?:$/.test(protocol))
    throw new InvalidOptionsError(`${path}.baseUrl`, baseUrl, 'an http or https URL')
  if (client.vertexai ? GEMINI_API.test(host) : CLOUD.test(host))
    throw new InvalidOptionsError(
      `${path}.baseUrl`,
      baseUrl,
      `on ${client.vertexai ? 'the cloud platform' : 'the Gemini API'}, as the client is: paths, keys and quotas differ. Make a client for each, both resilient, and ask the second when the first has failed`,
    )
  if (location !== undefined && (typeof location !== 'string' || !/^[a-z][a-z0-9-]*$/.test(location)))
    throw new InvalidOptionsError(`${path}.location`, location, 'the name of a location, such as europe-west4')
  if (location !== undefined && !client.hasProject)
    throw new InvalidOptionsError(`${path}.location`, location, 'left out: the client was not made with a project')
  if (apiKey !== undefined && typeof apiKey !== 'string' && typeof apiKey !== 'function')
    throw new InvalidOptionsError(`${path}.apiKey`, apiKey, 'a string or a function')
  const hasKey = apiKey !== undefined || Object.keys(headers).some((name) => KEY_HEADER.test(name))
  if (!hasKey && !isOwnOrigin(endpoint, client.baseUrl))
    throw new InvalidOptionsError(
      `${path}.apiKey`,
      apiKey,
      'given, because baseUrl is on another host than the client’s and gets none of its keys',
    )
}

const KEY_HEADER = /^(?:authorization|x-goog-api-key)$/i
