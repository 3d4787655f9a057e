import { checkKnown, type Endpoint, ENDPOINT_FIELDS, InvalidOptionsError } from '@spillway/core'

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
  /** Sent with every request to this endpoint. */
  readonly headers?: Readonly<Record<string, string>>
}

const KNOWN = [...ENDPOINT_FIELDS, 'baseUrl', 'apiKey', 'models', 'headers']

/** Whether the endpoint is on the client's own host, where its own key may go. */
export const isOwnOrigin = ({ baseUrl }: GeminiEndpoint, clientBaseUrl: string): boolean =>
  baseUrl === undefined || new URL(baseUrl).origin === new URL(clientBaseUrl).origin

/** @throws InvalidOptionsError for an endpoint that no request could reach */
export const checkEndpoints = (endpoints: readonly GeminiEndpoint[], clientBaseUrl: string): void => {
  if (!Array.isArray(endpoints)) throw new InvalidOptionsError('resilient.endpoints', endpoints, 'a list of endpoints')
  for (const [i, endpoint] of (endpoints as readonly GeminiEndpoint[]).entries()) {
    const path = `resilient.endpoints[${i}]`
    checkKnown(path, endpoint, KNOWN)
    const { baseUrl, apiKey, headers = {} } = endpoint
    if (baseUrl !== undefined && !/^https?:$/.test(URL.parse(baseUrl)?.protocol ?? ''))
      throw new InvalidOptionsError(`${path}.baseUrl`, baseUrl, 'an http or https URL')
    if (apiKey !== undefined && typeof apiKey !== 'string' && typeof apiKey !== 'function')
      throw new InvalidOptionsError(`${path}.apiKey`, apiKey, 'a string or a function')
    const hasKey = apiKey !== undefined || Object.keys(headers).some((name) => KEY_HEADER.test(name))
    if (!hasKey && !isOwnOrigin(endpoint, clientBaseUrl))
      throw new InvalidOptionsError(
        `${path}.apiKey`,
        apiKey,
        'given, because baseUrl is on another host than the client’s and gets none of its keys',
      )
  }
}

const KEY_HEADER = /^(?:authorization|x-goog-api-key)$/i
