import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ModelClock } from '../clock.ts'
import type { SimulatorCounters } from '../model/counters.ts'
import type { Upstream, UpstreamState } from '../model/upstream.ts'
import { gemini } from '../protocols/gemini/gemini.ts'
import { openai } from '../protocols/openai/openai.ts'
import type { Protocol, ReplyContext, Route } from '../protocols/protocol.ts'
import { DEFAULT_ENDPOINT, type EndpointSettings } from '../scenario/resolve.ts'
import type { OfferOnce } from './offer-once.ts'
import { sendJson, serveRequest } from './serve-request.ts'

/** An endpoint with its model. */
export interface Endpoint {
  readonly settings: EndpointSettings
  readonly upstream: Upstream
  readonly offerOnce: OfferOnce
}

/** What the handler needs of the simulator. */
export interface Handled {
  readonly endpoints: ReadonlyMap<string, Endpoint>
  readonly clock: ModelClock
  readonly startsAtUtcMs: number
  nextRequestId(): string
  counters(): SimulatorCounters
  state(): Readonly<Record<string, UpstreamState>>
}

const ENDPOINT_PREFIX = /^\/e\/([^/]+)(\/.*)?$/

/** Serves one HTTP request: the simulator's own pages, or a model. */
export async function handle(handled: Handled, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { clock } = handled
  const [pathname = '/', search = ''] = (request.url ?? '/').split('?', 2)
  const query = new URLSearchParams(search)
  const method = request.method ?? 'GET'
  if (method === 'GET' && pathname === '/simulator/counters') return json(handled.counters())
  if (method === 'GET' && pathname === '/simulator/state') return json(handled.state())

  const prefixed = ENDPOINT_PREFIX.exec(pathname)
  const name = prefixed?.[1] ?? DEFAULT_ENDPOINT
  const path = prefixed === null ? pathname : (prefixed[2] ?? '/')
  const endpoint = handled.endpoints.get(name)
  if (endpoint === undefined) {
    const known = [...handled.endpoints.keys()].join(', ')
    return json({ error: { message: `The simulator has no endpoint "${name}". It has: ${known}.` } }, 404)
  }

  const context = (key: string): ReplyContext => ({
    requestId: handled.nextRequestId(),
    timeScale: clock.timeScale,
    unixSeconds: Math.floor((handled.startsAtUtcMs + clock.now()) / 1000),
    quota: endpoint.upstream.quotaLevels(key),
  })
  const { protocol, route } = choose(method, path, query, request)
  if (route === undefined) {
    endpoint.upstream.counters.requests += 1
    endpoint.upstream.counters.outcome('http_404')
    const message = `Invalid URL (${method} ${path})`
    return sendJson({ clock }, response, protocol.error('notFound', context(''), { model: '', message }))
  }
  if (route.operation === 'models') return json(protocol.models(endpoint.settings.models ?? []))
  const { settings, upstream, offerOnce } = endpoint
  const service = { protocol, route, endpoint: settings, upstream, offerOnce, clock, context }
  return serveRequest(service, request, response, query)

  function json(body: object, status = 200): void {
    sendJson({ clock }, response, { status, headers: {}, body })
  }
}

/** The protocol that serves a path, or the one whose words an unknown path is refused in. */
function choose(
  method: string,
  path: string,
  query: URLSearchParams,
  request: IncomingMessage,
): { protocol: Protocol; route: Route | undefined } {
  const inGemini = gemini.match(method, path, query)
  if (inGemini !== undefined) return { protocol: gemini, route: inGemini }
  const inOpenai = openai.match(method, path, query)
  if (inOpenai !== undefined) return { protocol: openai, route: inOpenai }
  const looksGemini = 'x-goog-api-key' in request.headers || /^\/v1(?:beta|alpha)|\/models\//.test(path)
  return { protocol: looksGemini ? gemini : openai, route: undefined }
}
