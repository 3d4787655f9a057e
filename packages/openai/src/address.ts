import { InvalidOptionsError } from '@spillway/core'
import type { OutgoingRequest } from '@spillway/http'
import { isObject } from './json.ts'
import { isOwnOrigin, rewrites, type OpenAIEndpoint } from './openai-endpoint.ts'

/** What another host may see of the client's headers. Everything else may be a secret meant for the first one. */
const HARMLESS = /^(?:accept|content-type|user-agent|openai-beta|idempotency-key|x-stainless-.*)$/

/** Where requests come from. */
export interface ClientAddress {
  /** What the client's own requests begin with. */
  readonly baseURL: string
  /** In small letters: a header that other hosts may see. */
  readonly idempotencyHeader?: string | undefined
}

/**
 * Rewrites a request for an endpoint: URL base, key, organization, project, and the model's name in the body or, for
 * Azure, in the path.
 */
export const addressTo = async (
  request: OutgoingRequest,
  endpoint: OpenAIEndpoint,
  from: ClientAddress,
): Promise<OutgoingRequest> => {
  if (!rewrites(endpoint)) return request
  const { models = {} } = endpoint
  const url = rebase(request.url, from.baseURL, endpoint)
  const headers = await headersFor(request.headers, endpoint, from)
  return { ...request, url: renameDeployment(url, models), headers, body: bodyFor(request.body, endpoint) }
}

const headersFor = async (given: Headers, endpoint: OpenAIEndpoint, from: ClientAddress): Promise<Headers> => {
  const { apiKey, organization, project } = endpoint
  const ownOrigin = isOwnOrigin(endpoint, from.baseURL)
  const mayGo = (name: string): boolean => ownOrigin || HARMLESS.test(name) || name === from.idempotencyHeader
  const headers = new Headers([...given].filter(([name]) => mayGo(name)))
  if (apiKey !== undefined) {
    const key = typeof apiKey === 'function' ? await apiKey() : apiKey
    // Azure takes a key in a header of its own.
    if (given.has('api-key')) headers.set('api-key', key)
    else headers.set('authorization', `Bearer ${key}`)
    // Both belong to the account of the client's key.
    headers.delete('openai-organization')
    headers.delete('openai-project')
  }
  if (organization !== undefined) headers.set('openai-organization', organization)
  if (project !== undefined) headers.set('openai-project', project)
  for (const [name, value] of Object.entries(endpoint.headers ?? {})) headers.set(name, value)
  return headers
}

const withoutSlash = (path: string): string => path.replace(/\/$/, '')

const rebase = (url: string, clientBaseURL: string, { name, baseURL }: OpenAIEndpoint): URL => {
  const from = new URL(url)
  const own = new URL(clientBaseURL)
  const prefix = withoutSlash(own.pathname)
  // No endpoint's key is meant for another host that a clone of the client was given.
  if (from.origin !== own.origin || (baseURL !== undefined && !from.pathname.startsWith(`${prefix}/`)))
    throw new InvalidOptionsError(
      'resilient.endpoints',
      name,
      `reached by a client with the base URL that was wrapped (${own.origin}${prefix}), not by one with another`,
    )
  if (baseURL === undefined) return from
  const to = new URL(baseURL)
  to.pathname = withoutSlash(to.pathname) + from.pathname.slice(prefix.length)
  for (const [key, value] of from.searchParams)
    if (!own.searchParams.has(key) && !to.searchParams.has(key)) to.searchParams.append(key, value)
  return to
}

const renameDeployment = (url: URL, models: Readonly<Record<string, string>>): string => {
  url.pathname = url.pathname.replace(/(\/deployments\/)([^/]+)/, (whole: string, start: string, model: string) => {
    const renamed = renamedModel(decodeURIComponent(model), models)
    return renamed === undefined ? whole : start + encodeURIComponent(renamed)
  })
  return url.href
}

const bodyFor = (body: unknown, endpoint: OpenAIEndpoint): unknown => {
  const { models = {} } = endpoint
  if (typeof body === 'string') return jsonFor(body, endpoint)
  if (!(body instanceof FormData)) return body
  const renamed = renamedModel(body.get('model'), models)
  if (renamed === undefined) return body
  const form = new FormData()
  for (const [key, value] of body) form.append(key, value)
  form.set('model', renamed)
  return form
}

const jsonFor = (body: string, endpoint: OpenAIEndpoint): string => {
  const { models = {} } = endpoint
  if (Object.keys(models).length === 0 && endpoint.body === undefined) return body
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch {
    return body
  }
  if (!isObject(json)) return body
  const renamed = renamedModel(json['model'], models)
  if (renamed === undefined && endpoint.body === undefined) return body
  const named = renamed === undefined ? json : { ...json, model: renamed }
  return JSON.stringify(endpoint.body?.(named) ?? named)
}

const renamedModel = (model: unknown, models: Readonly<Record<string, string>>): string | undefined =>
  typeof model === 'string' && Object.hasOwn(models, model) ? models[model] : undefined
