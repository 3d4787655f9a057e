import type { OutgoingRequest } from '@spillway/http'
import { baseUrlOf, type GeminiEndpoint, isOwnOrigin } from './gemini-endpoint.ts'
import { parseObject, textOfBody } from './json.ts'
import { isInteractions } from './model-calls.ts'

/** What another host may see of the client's headers. Everything else may be a secret meant for the first one. */
const HARMLESS = /^(?:accept|content-type|user-agent|idempotency-key|x-goog-api-client|x-server-timeout)$/

/**
 * The same request for another endpoint: base URL, key, headers and model replaced.
 *
 * A URL that is not under the client's own base was given for this one call, and is left alone: no endpoint's key is
 * meant for it.
 */
export const route = async (
  request: OutgoingRequest,
  endpoint: GeminiEndpoint,
  clientBaseUrl: string,
): Promise<OutgoingRequest> => {
  const own = withoutSlash(clientBaseUrl)
  if (!request.url.startsWith(`${own}/`)) return request
  const { models = {}, location } = endpoint
  const baseUrl = baseUrlOf(endpoint, clientBaseUrl) ?? own
  const path = locatedAt(request.url.slice(own.length), location)
  return {
    method: request.method,
    url: withoutSlash(baseUrl) + renamedInPath(path, models),
    headers: await headersFor(request.headers, endpoint, isOwnOrigin(endpoint, clientBaseUrl)),
    body: isInteractions(path) ? renamedInBody(request.body, models) : request.body,
  }
}

const headersFor = async (given: Headers, endpoint: GeminiEndpoint, ownOrigin: boolean): Promise<Headers> => {
  const headers = new Headers([...given].filter(([name]) => ownOrigin || HARMLESS.test(name)))
  const { apiKey } = endpoint
  if (apiKey !== undefined) {
    headers.delete('authorization')
    headers.set('x-goog-api-key', typeof apiKey === 'function' ? await apiKey() : apiKey)
  }
  for (const [name, value] of Object.entries(endpoint.headers ?? {})) headers.set(name, value)
  return headers
}

/** The cloud platform's paths name the place: `/v1beta1/projects/<project>/locations/<location>/…`. */
const locatedAt = (path: string, location: string | undefined): string =>
  location === undefined ? path : path.replace(/(\/projects\/[^/]+\/locations\/)[^/]+(?=\/)/, `$1${location}`)

const withoutSlash = (url: string): string => url.replace(/\/+$/, '')

type Names = Readonly<Record<string, string>>

const renamed = (models: Names, name: string): string => (Object.hasOwn(models, name) ? (models[name] ?? name) : name)

/** `/v1/models/<model>:generateContent`; the Google Cloud platform has more in front. */
const renamedInPath = (path: string, models: Names): string =>
  path.replace(
    /\/models\/([^/:?]+)(?=:\w+(?:\?|$))/,
    (_all, name: string) => `/models/${encodeURIComponent(renamed(models, decodeURIComponent(name)))}`,
  )

/** Interactions name their model in the body. */
const renamedInBody = (body: unknown, models: Names): unknown => {
  const parsed = Object.keys(models).length === 0 ? undefined : parseObject(textOfBody(body) ?? '')
  return typeof parsed?.['model'] === 'string'
    ? JSON.stringify({ ...parsed, model: renamed(models, parsed['model']) })
    : body
}
