import {
  checkFunction,
  checkKnown,
  checkTexts,
  ENDPOINT_FIELDS,
  InvalidOptionsError,
  type Endpoint,
} from '@spillway/core'

/** A place that serves an OpenAI-compatible API: the provider itself, another account, a relay. */
export interface OpenAIEndpoint extends Endpoint {
  /** With its version, as the client takes it: `https://relay.example/v1`. @default the client's own */
  readonly baseURL?: string
  /**
   * The key, or a function that gives one for each attempt. Required where `baseURL` has another origin: the client's key
   * is never sent to another host. @default the client's own
   */
  readonly apiKey?: string | (() => string | PromiseLike<string>)
  /** The organization that pays, as a header. @default the client's own, on the client's own host */
  readonly organization?: string
  /**
   * The project whose quota it uses, as a header; endpoints with the same share what is blamed on it. @default the client's
   * own, on the client's own host
   */
  readonly project?: string
  /** What this endpoint calls the client's models: `{ 'gpt-5': 'openai/gpt-5' }`. Others keep their name. */
  readonly models?: Readonly<Record<string, string>>
  /**
   * Changes the JSON of a request for this endpoint, which may know other parameters: gets the body with the endpoint's
   * own model name, gives back the one to send. Forms are not asked. @default as the client made it
   */
  body?(json: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>
  /** Sent with every request to this endpoint. */
  readonly headers?: Readonly<Record<string, string>>
}

/** What changes a request. The other fields of an endpoint say how it is chosen. */
const REWRITTEN = ['baseURL', 'apiKey', 'organization', 'project', 'models', 'body', 'headers']

/** Whether the endpoint is on the client's own host, where its own key may go. */
export const isOwnOrigin = (endpoint: OpenAIEndpoint, clientBaseURL: string): boolean =>
  endpoint.baseURL === undefined || new URL(endpoint.baseURL).origin === new URL(clientBaseURL).origin

/** Whether the endpoint asks for anything to be rewritten. */
export const rewrites = (endpoint: OpenAIEndpoint): boolean =>
  Object.keys(endpoint).some((key) => REWRITTEN.includes(key))

/** Checks the endpoints before any call. */
export const checkEndpoints = (endpoints: readonly OpenAIEndpoint[], clientBaseURL: string): void => {
  if (!Array.isArray(endpoints)) throw new InvalidOptionsError('resilient.endpoints', endpoints, 'a list of endpoints')
  for (const [i, endpoint] of endpoints.entries()) {
    const path = `resilient.endpoints[${i}]`
    checkKnown(path, endpoint, [...new Set([...ENDPOINT_FIELDS, ...REWRITTEN])])
    const { baseURL, apiKey, organization, headers = {} } = endpoint
    if (baseURL !== undefined && !/^https?:$/.test(URL.parse(baseURL)?.protocol ?? ''))
      throw new InvalidOptionsError(`${path}.baseURL`, baseURL, 'an http or https URL')
    if (apiKey !== undefined && typeof apiKey !== 'string' && typeof apiKey !== 'function')
      throw new InvalidOptionsError(`${path}.apiKey`, apiKey, 'a string or a function')
    checkFunction(`${path}.body`, endpoint.body, true)
    checkTexts(`${path}.models`, endpoint.models)
    checkTexts(`${path}.headers`, endpoint.headers)
    if (organization !== undefined && typeof organization !== 'string')
      throw new InvalidOptionsError(`${path}.organization`, organization, 'a string')
    const authenticates = Object.keys(headers).some((name) => /^(?:authorization|api-key)$/i.test(name))
    if (apiKey === undefined && !authenticates && !isOwnOrigin(endpoint, clientBaseURL))
      throw new InvalidOptionsError(
        `${path}.apiKey`,
        apiKey,
        "given, because baseURL is on another host than the client's and gets none of its keys",
      )
  }
}
