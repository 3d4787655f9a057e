import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Clock, createModelClock, systemClock } from './clock.ts'
import type { ScriptedReply } from './faults/fault.ts'
import { type Endpoint, handle } from './http/handle.ts'
import { createOfferOnce } from './http/offer-once.ts'
import { type SimulatorCounters, sumCounters } from './model/counters.ts'
import { type UpstreamState, createUpstream } from './model/upstream.ts'
import { createRandom } from './random.ts'
import { checkOptions, checkReplies, checkScenario } from './scenario/check-scenario.ts'
import { DEFAULT_ENDPOINT, resolveScenario } from './scenario/resolve.ts'
import type { Scenario } from './scenario/scenario.ts'
import { SimulatorError } from './simulator-error.ts'

/** How a simulator runs, as opposed to what it simulates. */
export interface SimulatorOptions {
  /** Seconds of model time in one real second, above 0. @default the scenario's, or 1 */
  readonly timeScale?: number
  /** Replaces the scenario's seed. */
  readonly seed?: number
  /** @default real time */
  readonly clock?: Clock
}

/** An overloaded model API, once it listens. */
export interface Simulator {
  /**
   * Opens the server.
   *
   * @param port 0 takes any free one. @default 0
   * @param host @default '127.0.0.1'
   * @throws SimulatorError `ERR_SPILLWAY_SIMULATOR_PORT_IN_USE`, or `ERR_SPILLWAY_SIMULATOR_CLOSED` after `close`.
   */
  listen(port?: number, host?: string): Promise<{ readonly url: string; readonly port: number }>
  /** Starts model time now; otherwise it starts as the scenario says. Further calls do nothing. */
  play(): void
  /** Adds replies for the next requests of an endpoint, behind those already waiting. */
  script(replies: readonly ScriptedReply[], endpoint?: string): void
  counters(): SimulatorCounters
  /** Slots, line and load of each endpoint now. */
  state(): Readonly<Record<string, UpstreamState>>
  /** Ends every connection and timer. Further calls do nothing. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Makes an overloaded model API that speaks the Gemini-native and the OpenAI-compatible protocol over real HTTP.
 *
 * @param scenario What the upstream is like. @default a calm one: 64 slots, images in 20–40 s, nothing goes wrong
 * @param options How it runs.
 * @throws SimulatorError `ERR_SPILLWAY_SIMULATOR_INVALID_SCENARIO`, listing every mistake with its path.
 * @example
 * const simulator = createSimulator({ replies: [{ fault: 'overloaded', times: 2 }] }, { timeScale: 100 })
 * const { url } = await simulator.listen()
 * const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'any' })
 */
export function createSimulator(scenario: Scenario = {}, options: SimulatorOptions = {}): Simulator {
  checkScenario(scenario)
  checkOptions(options)
  const { seed, timeScale, clock: realClock = systemClock } = options
  checkScenario({ ...scenario, ...(seed !== undefined && { seed }), ...(timeScale !== undefined && { timeScale }) })
  const resolved = resolveScenario(scenario)
  const clock = createModelClock(realClock, timeScale ?? resolved.timeScale)
  const random = createRandom(seed ?? resolved.seed)
  const endpoints = new Map<string, Endpoint>()
  for (const [name, settings] of resolved.endpoints) {
    const upstream = createUpstream(settings, clock, random.fork(name))
    endpoints.set(name, { settings, upstream, offerOnce: createOfferOnce(upstream) })
  }
  const upstreams = [...endpoints].map(([name, { upstream }]) => [name, upstream] as const)
  let server: Server | undefined
  let closing: Promise<void> | undefined

  const counters = (): SimulatorCounters => {
    for (const [, upstream] of upstreams) upstream.settle()
    return {
      atMs: clock.now(),
      total: sumCounters(upstreams.map(([, upstream]) => upstream.counters)),
      endpoints: Object.fromEntries(upstreams.map(([name, upstream]) => [name, upstream.counters.read()])),
    }
  }
  const state = (): Readonly<Record<string, UpstreamState>> =>
    Object.fromEntries(
      upstreams.map(([name, upstream]) => {
        upstream.settle()
        return [name, upstream.state()]
      }),
    )
  const ids = random.fork('ids')
  const nextRequestId = (): string =>
    Array.from({ length: 4 }, () =>
      Math.floor(ids.next() * 2 ** 32)
        .toString(16)
        .padStart(8, '0'),
    ).join('')
  const handled = { endpoints, clock, nextRequestId, startsAtUtcMs: resolved.startsAtUtcMs, counters, state }

  const close = (): Promise<void> =>
    (closing ??= new Promise((resolve) => {
      for (const [, upstream] of upstreams) upstream.close()
      if (server === undefined) return resolve()
      server.close(() => resolve())
      server.closeAllConnections()
    }))

  return {
    async listen(port = 0, host = '127.0.0.1') {
      if (closing !== undefined) {
        throw new SimulatorError(
          'ERR_SPILLWAY_SIMULATOR_CLOSED',
          'This simulator was closed. Make a new one to listen.',
        )
      }
      server ??= createServer((request, response) => {
        if (!request.url?.startsWith('/simulator/')) clock.start()
        response.on('error', () => undefined)
        handle(handled, request, response).catch((error: unknown) => response.destroy(error as Error))
      })
      server.keepAliveTimeout = KEEP_ALIVE_MS
      await opened(server, port, host)
      if (resolved.startClock === 'listen') clock.start()
      const address = server.address() as AddressInfo
      return { url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`, port: address.port }
    },
    play: () => clock.start(),
    script(replies, endpoint = DEFAULT_ENDPOINT) {
      checkReplies(replies)
      const found = endpoints.get(endpoint)
      if (found === undefined) {
        const known = [...endpoints.keys()].join(', ')
        const message = `There is no endpoint "${endpoint}" to script. The scenario has: ${known}.`
        throw new SimulatorError('ERR_SPILLWAY_SIMULATOR_UNKNOWN_ENDPOINT', message)
      }
      found.upstream.script(replies)
    },
    counters,
    state,
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Longer than a client's pool keeps an idle socket, so that none is closed under a request just being sent. */
const KEEP_ALIVE_MS = 65_000

function opened(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => {
      if (error.code !== 'EADDRINUSE') return reject(error)
      const message = `Port ${port} on ${host} is in use. Stop what uses it, or listen on port 0 to get a free one.`
      reject(new SimulatorError('ERR_SPILLWAY_SIMULATOR_PORT_IN_USE', message, { cause: error }))
    }
    server.once('error', fail)
    server.listen(port, host, () => {
      server.off('error', fail)
      resolve()
    })
  })
}
