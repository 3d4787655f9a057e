import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http'
import type { Http2SecureServer, Http2Server, ServerHttp2Session } from 'node:http2'
import type { Server as HttpsServer } from 'node:https'
import { Server as NetServer } from 'node:net'
import {
  checkClock,
  checkKnown,
  checkDuration,
  InvalidOptionsError,
  systemClock,
  systemRandom,
  type Clock,
} from '@spillway/core'
import { sendAnswer } from '../failure/answer.ts'
import { problemAnswer, TEMPORARY_REDUCED_CAPACITY } from '../failure/problem.ts'

/** Options of {@link gracefulShutdown}. */
export interface GracefulShutdownOptions {
  /**
   * How long the server goes on as before while `ready` says that it stops, in milliseconds: the time that load balancers
   * need to notice. Each answer closes its connection. @default 5000
   */
  readonly readinessDelayMs?: number
  /** How long requests that are being answered may take after that, in milliseconds. Then they are cut. @default 30000 */
  readonly graceMs?: number
  /** Source of time. @default systemClock */
  readonly clock?: Clock
}

/** What {@link gracefulShutdown} takes where an option is left out. */
export const GRACEFUL_SHUTDOWN_DEFAULTS: Required<GracefulShutdownOptions> = {
  readinessDelayMs: 5000,
  graceMs: 30_000,
  clock: systemClock,
}

/** How a server stopped. */
export interface ShutdownResult {
  /** Whether every request that was let in had its whole answer. */
  readonly drained: boolean
  /** How many were cut when the time was over. */
  readonly cut: number
  /** How many came too late and were told so. */
  readonly refused: number
}

/** Stops the server. A second call gives the same promise. */
export interface GracefulShutdown {
  (): Promise<ShutdownResult>
  /** Whether the server is about to stop: `ready` says so. */
  readonly stopping: boolean
}

/** The servers of Node that answer HTTP. */
export type AnyServer = HttpServer | HttpsServer | Http2Server | Http2SecureServer

const LATE = { status: 503, type: TEMPORARY_REDUCED_CAPACITY, retryAfterMs: 1000 } as const

/**
 * Makes a server stop without losing a request that it has let in. First it goes on as before while `ready` says that it
 * stops and each answer closes its connection; then it accepts no connection, answers with 503 and `Connection: close` what
 * still comes on old ones, and waits for what is being answered; at last it cuts what is left.
 *
 * ```ts
 * import { createServer } from 'node:http'
 * import { gracefulShutdown } from '@spillway/http/inbound'
 *
 * const server = createServer((_, response) => response.end('a dam')).listen(0)
 * const shutdown = gracefulShutdown(server, { readinessDelayMs: 0 })
 * process.once('SIGTERM', () => void shutdown().then(() => process.exit()))
 * console.log(await shutdown()) // => { drained: true, cut: 0, refused: 0 }
 * ```
 *
 * @param server with its request listener: Express's `app.listen(port)`, Koa's, or `createServer(listener)`
 * @throws InvalidOptionsError when an option is out of its range or not known, and for what is no server with a listener
 */
export const gracefulShutdown = (server: AnyServer, options: GracefulShutdownOptions = {}): GracefulShutdown => {
  checkKnown('gracefulShutdown', options, Object.keys(GRACEFUL_SHUTDOWN_DEFAULTS))
  const { readinessDelayMs, graceMs, clock } = { ...GRACEFUL_SHUTDOWN_DEFAULTS, ...options }
  checkDuration('gracefulShutdown.readinessDelayMs', readinessDelayMs)
  checkDuration('gracefulShutdown.graceMs', graceMs)
  checkClock('gracefulShutdown.clock', clock)
  // Applications of Express and Koa are emitters too, and would be stopped without a word and without effect.
  if (!(server instanceof NetServer) || server.listenerCount('request') === 0)
    throw new InvalidOptionsError(
      'gracefulShutdown.server',
      server,
      'a server with its listener: what app.listen() gives',
    )
  const listeners = server.listeners('request') as ((request: IncomingMessage, response: ServerResponse) => void)[]
  const inFlight = new Set<ServerResponse>()
  const sessions = new Set<ServerHttp2Session>()
  let phase: 'serving' | 'leaving' | 'refusing' = 'serving'
  let refused = 0
  let whenIdle = (): void => {}

  const take = (request: IncomingMessage, response: ServerResponse): void => {
    if (phase !== 'serving') closeAfter(response)
    if (phase === 'refusing') {
      refused++
      sendAnswer(request, response, problemAnswer(LATE, request.headers.accept, systemRandom))
      return
    }
    inFlight.add(response)
    response.once('close', () => {
      inFlight.delete(response)
      if (inFlight.size === 0) whenIdle()
    })
    for (const listener of listeners) listener.call(server, request, response)
  }
  server.removeAllListeners('request')
  server.on('request', take as never)
  server.on('session', (session: ServerHttp2Session) => {
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
  })

  const endConnections = (): void => {
    if ('closeAllConnections' in server) server.closeAllConnections()
    for (const session of sessions) session.destroy()
  }

  const stop = async (): Promise<ShutdownResult> => {
    phase = 'leaving'
    for (const response of inFlight) closeAfter(response)
    if (readinessDelayMs > 0) await new Promise<void>((done) => void clock.setTimer(readinessDelayMs, done))
    phase = 'refusing'
    // Node's own `close` would also cut idle connections, on which a request may be under way.
    const closed = new Promise<void>((done) => void NetServer.prototype.close.call(server, () => done()))
    for (const session of sessions) session.close()
    let cut = 0
    if (inFlight.size > 0)
      await new Promise<void>((done) => {
        const timer = clock.setTimer(graceMs, () => {
          cut = inFlight.size
          done()
        })
        whenIdle = () => {
          timer.cancel()
          done()
        }
      })
    // What was answered has left the process: whatever is open now is idle, or out of time.
    endConnections()
    await closed
    return { drained: cut === 0, cut, refused }
  }

  let stopped: Promise<ShutdownResult> | undefined
  const shutdown = (): Promise<ShutdownResult> => (stopped ??= stop())
  return Object.defineProperty(shutdown, 'stopping', { get: () => phase !== 'serving' }) as GracefulShutdown
}

/** HTTP/2 closes sessions, and knows no such header. */
const closeAfter = (response: ServerResponse): void => {
  if (!response.headersSent && response.req.httpVersionMajor < 2) response.setHeader('Connection', 'close')
}
