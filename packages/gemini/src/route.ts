import type { OutgoingRequest } from '@spillway/http'
import { type GeminiEndpoint, isOwnOrigin } from './gemini-endpoint.ts'
import { isInteractions } from './model-calls.ts'

/** What another host may see of the client's headers. Everything else may be a secret meant for the first one. */
const HARMLESS = /^(?:accept|content-type|user-agent|x-goog-api-client|x-server-timeout)$/

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
  const { baseUrl = own, models = {} } = endpoint
  const path = request.url.slice(own.length)
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

const withoutSlash = (url: string): string => url.replace(/\/+$/, '')

type Names = Readonly<Record<string, string>>

const renamed = (models: Names, name: string): string => (Object.hasOwn(models, name) ? (models[name] ?? name) : name)

/** `/v1/models/<model>:generateContent`; the Google Cloud platform has more in front. */
const renamedInPath = (path: string, models: Names): string =>
  path.replace(
    /\/models\/([^/:?]+)(?=:\w+(?:\?|$))/,
    (_all, name: string) => `/models/${encodeURIComponent(renamed(models, decodeURIComponent(name)))}`,
  )

/** Interactions name their model in the body; the client sends them as a `Request`, whose body comes as bytes. */
const renamedInBody = (body: unknown, models: Names): unknown => {
  const text = body instanceof ArrayBuffer ? new TextDecoder().decode(body) : body
  if (typeof text !== 'string' || Object.keys(models).length === 0) return body
  const parsed = JSON.parse(text) as { model?: unknown }
  return typeof parsed.model === 'string' ? JSON.stringify({ ...parsed, model: renamed(models, parsed.model) }) : body
}
