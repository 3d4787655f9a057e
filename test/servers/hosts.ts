import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import {
  createServer as createHttp2Server,
  Http2ServerRequest,
  Http2ServerResponse,
  type Http2Server,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import * as forExpress from '@spillway/express'
import * as forKoa from '@spillway/koa'
import express, { type Request } from 'express'
import Koa, { type Context } from 'koa'
import { onTestFinished } from 'vitest'

/** One request, as the routes of the shared suite see it. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly scope: forExpress.RequestScope
  readonly send: (body: string | object, headers?: Record<string, string>) => void
  readonly sendEvents: <Part>(
    source: forExpress.PartSource<Part>,
    options?: forExpress.SendEventsOptions<Part>,
  ) => Promise<forExpress.StreamEnding>
  readonly sendStream: (source: forExpress.PartSource<string | Uint8Array>) => Promise<forExpress.StreamEnding>
}

export type Route = (exchange: Exchange) => unknown

/** A middleware of either host, mounted where the suite says. */
export interface Mounted {
  readonly express: express.RequestHandler
  readonly koa: Koa.Middleware
}

export interface Site {
  readonly routes: Readonly<Record<string, Route>>
  /** Options of the application's `spillway`; `false`: not mounted. */
  readonly spillway?: forExpress.SpillwayOptions | false
  /** Options of a `spillway` on all routes, inside the application's. */
  readonly inner?: forExpress.SpillwayOptions
  readonly errors?: forExpress.ErrorHandlerOptions | false
  /** Whether the address is the one that the proxy in front tells. */
  readonly trustProxy?: boolean
  /** Between `spillway` and the routes. */
  readonly mounted?: readonly Mounted[]
}

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown

const expressSite = ({
  routes,
  spillway = {},
  inner,
  errors = {},
  mounted = [],
  trustProxy,
}: Site): express.Express => {
  const app = express()
  if (trustProxy === true) app.set('trust proxy', 1)
  if (spillway !== false) app.use(forExpress.spillway(spillway))
  for (const middleware of mounted) app.use(middleware.express)
  if (inner !== undefined) app.use(forExpress.spillway(inner))
  for (const [path, route] of Object.entries(routes))
    app.all(path, async (request: Request, response) => {
      await route({
        request,
        response,
        scope: request.spillway as forExpress.RequestScope,
        send: (body, headers = {}) => void response.set(headers).send(body),
        sendEvents: (source, options) => forExpress.sendEvents(request, response, source, options),
        sendStream: (source) => forExpress.sendStream(request, response, source),
      })
    })
  if (errors !== false) app.use(forExpress.errorHandler(errors))
  app.use(((error, _request, response, next) => {
    if (response.headersSent) response.destroy()
    else if (error === undefined) next()
    else response.status(500).send('the host answered')
  }) as express.ErrorRequestHandler)
  return app
}

/** Express gives its requests the prototypes of HTTP/1. What its own add works on those of HTTP/2 too. */
const expressOverHttp2 = (app: express.Express): express.Express => {
  const onto = (own: object, base: object): object => Object.create(base, Object.getOwnPropertyDescriptors(own))
  const ofApp = { app: { configurable: true, enumerable: true, writable: true, value: app } }
  app.request = Object.create(onto(express.request, Http2ServerRequest.prototype), ofApp) as express.Request
  app.response = Object.create(onto(express.response, Http2ServerResponse.prototype), ofApp) as express.Response
  return app
}

const koaSite = ({ routes, spillway = {}, inner, errors = {}, mounted = [], trustProxy = false }: Site): Listener => {
  const app = new Koa({ proxy: trustProxy, maxIpsCount: 1 })
  app.silent = true
  if (errors !== false) app.use(forKoa.errorHandler(errors))
  if (spillway !== false) app.use(forKoa.spillway(spillway))
  for (const middleware of mounted) app.use(middleware.koa)
  if (inner !== undefined) app.use(forKoa.spillway(inner))
  app.use(async (ctx: Context, next) => {
    const route = routes[ctx.path]
    if (route === undefined) await next()
    else
      await route({
        request: ctx.req,
        response: ctx.res,
        scope: ctx.state.spillway as forKoa.RequestScope,
        send: (body, headers = {}) => {
          ctx.body = body
          ctx.set(headers)
        },
        sendEvents: (source, options) => forKoa.sendEvents(ctx, source, options),
        sendStream: (source) => forKoa.sendStream(ctx, source),
      })
  })
  return app.callback()
}

/** A listening server that ends with the test. */
export interface Served {
  readonly url: string
  readonly server: Server | Http2Server
}

const listen = async (server: Server | Http2Server): Promise<Served> => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(async () => {
    const closed = new Promise((done) => server.close(done))
    if ('closeAllConnections' in server) server.closeAllConnections()
    await closed
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

/** The two hosts of the shared suite. */
export const hosts = [
  { name: 'express', site: expressSite, site2: (spec: Site): Listener => expressOverHttp2(expressSite(spec)) },
  { name: 'koa', site: koaSite, site2: koaSite },
].map(({ name, site, site2 }) => ({
  name,
  serve: (spec: Site): Promise<Served> => listen(createServer(site(spec) as () => void)),
  serve2: (spec: Site): Promise<Served> => {
    const server = createHttp2Server(site2(spec) as never)
    const sessions = new Set<{ destroy(): void }>()
    server.on('session', (session) => sessions.add(session))
    onTestFinished(() => sessions.forEach((session) => session.destroy()))
    return listen(server)
  },
}))

/** Never settles, unless the signal ends it. */
export const hang = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
