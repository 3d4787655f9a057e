import { checkKnown, type Endpoint, InvalidOptionsError } from '@spillway/core'
import type { OutgoingRequest } from '@spillway/http'
import { isInteractions } from './model-calls.ts'

/** A place that serves the Gemini API: the vendor's own, another key of another project, or a relay. */
export interface GeminiEndpoint extends Endpoint {
  /** Without the API version: `https://relay.example/gemini`. @default the client's own */
  readonly baseUrl?: string
  /** Sent as `x-goog-api-key`, never in the URL. @default the client's own */
  readonly apiKey?: string
  /** What the models are called here, by the names that callers use. @default the same names */
  readonly models?: Readonly<Record<string, string>>
  /** Set on each request, over the client's own. */
  readonly headers?: Readonly<Record<string, string>>
}

const KNOWN = ['name', 'baseUrl', 'apiKey', 'models', 'headers']

/** @throws InvalidOptionsError for an option that no request could use */
export const checkEndpoints = (endpoints: readonly GeminiEndpoint[]): void => {
  if (!Array.isArray(endpoints)) throw new InvalidOptionsError('gemini.endpoints', endpoints, 'a list of endpoints')
  for (const [i, endpoint] of (endpoints as readonly GeminiEndpoint[]).entries()) {
    const path = `gemini.endpoints[${i}]`
    checkKnown(path, endpoint, KNOWN)
    const { baseUrl, apiKey } = endpoint
    if (baseUrl !== undefined && !/^https?:$/.test(URL.parse(baseUrl)?.protocol ?? ''))
      throw new InvalidOptionsError(`${path}.baseUrl`, baseUrl, 'an http or https URL')
    if (apiKey !== undefined && (typeof apiKey !== 'string' || !/^[\x21-\x7e]+$/.test(apiKey)))
      throw new InvalidOptionsError(`${path}.apiKey`, typeof apiKey, 'a key: text without spaces')
  }
}

/**
 * The same request for another endpoint: base URL, key, headers and model replaced.
 *
 * A URL that is not under the client's own base was given for one call, and is left alone: our key is not for it.
 */
export const route = (request: OutgoingRequest, endpoint: GeminiEndpoint, clientBaseUrl: string): OutgoingRequest => {
  const base = withoutSlash(clientBaseUrl)
  if (!request.url.startsWith(`${base}/`)) return request
  const { baseUrl, apiKey, models = {}, headers: extra = {} } = endpoint
  const path = request.url.slice(base.length)
  const headers = new Headers(request.headers)
  if (apiKey !== undefined) {
    headers.delete('authorization')
    headers.set('x-goog-api-key', apiKey)
  }
  for (const [name, value] of Object.entries(extra)) headers.set(name, value)
  return {
    method: request.method,
    url: (baseUrl === undefined ? base : withoutSlash(baseUrl)) + inPath(path, models),
    headers,
    body: inBody(path, request.body, models),
  }
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, '')

type Names = Readonly<Record<string, string>>

const named = (models: Names, name: string): string => (Object.hasOwn(models, name) ? (models[name] ?? name) : name)

/** `/v1/models/<model>:generateContent`; the Google Cloud platform has more in front. */
const inPath = (path: string, models: Names): string =>
  path.replace(
    /\/models\/([^/:?]+)(?=:\w+(?:\?|$))/,
    (_all, name: string) => `/models/${encodeURIComponent(named(models, decodeURIComponent(name)))}`,
  )

/** Interactions name their model in the body; the client sends them as a `Request`, whose body comes as bytes. */
const inBody = (path: string, body: unknown, models: Names): unknown => {
  if (!isInteractions(path) || Object.keys(models).length === 0) return body
  const text = body instanceof ArrayBuffer ? new TextDecoder().decode(body) : body
  if (typeof text !== 'string') return body
  const parsed = JSON.parse(text) as { model?: unknown }
  return typeof parsed.model === 'string' ? JSON.stringify({ ...parsed, model: named(models, parsed.model) }) : body
}
