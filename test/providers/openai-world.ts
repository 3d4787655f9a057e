import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { SpillwayEvent } from '@spillway/core'
import { pipelineOf, resilient, type ResilientOptions } from '@spillway/openai'
import { createSimulator, type Scenario, type Simulator } from '@spillway/simulator'
import OpenAI, { type ClientOptions } from 'openai'
import { onTestFinished } from 'vitest'

/** Calm, and quick: 30 s of the model are 30 ms. */
const TIME_SCALE = 1000

/** A simulator that ends with the test. */
export const simulate = async (
  scenario: Scenario = {},
  timeScale = TIME_SCALE,
): Promise<{ simulator: Simulator; url: string }> => {
  const simulator = createSimulator(scenario, { timeScale })
  const { url } = await simulator.listen()
  onTestFinished(() => simulator.close())
  return { simulator, url }
}

/** How often the provider was asked, counted by the provider. */
export const hits = (simulator: Simulator, endpoint?: string): number =>
  endpoint === undefined
    ? simulator.counters().total.requests
    : (simulator.counters().endpoints[endpoint]?.requests ?? Number.NaN)

/** A client as an application has it, made resilient. Retries do not wait for what the server does not ask for. */
export const connect = (
  url: string,
  options: ResilientOptions = {},
  clientOptions: ClientOptions = {},
): { client: OpenAI; events: SpillwayEvent[] } => {
  const quick = 'pipeline' in options ? options : { ...options, retry: options.retry ?? { backoff: NO_DELAY } }
  const client = resilient(new OpenAI({ baseURL: `${url}/v1`, apiKey: 'first-key', ...clientOptions }), quick)
  const events: SpillwayEvent[] = []
  pipelineOf(client).events.subscribe((event) => events.push(event))
  return { client, events }
}

const step = { duration: 1, next: () => step }
/** A backoff of a millisecond. */
const NO_DELAY = { next: () => step }

export const ask = (content = 'hello'): { model: string; messages: { role: 'user'; content: string }[] } => ({
  model: 'gpt-test',
  messages: [{ role: 'user', content }],
})

/** A request as it came in. */
export interface ReceivedRequest {
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  readonly bytes: Buffer
  /** Milliseconds, on a clock of its own. */
  readonly at: number
}

/** A server of our own, for what must be seen at the socket. */
export const serve = async (
  handle: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<{
  url: string
  /** Resolves when a client leaves before its answer was whole. */
  closed: Promise<void>
  /** How many have left so. */
  leavers: () => number
  connections: () => Promise<number>
  requests: ReceivedRequest[]
}> => {
  const requests: ReceivedRequest[] = []
  let leavers = 0
  const { promise: closed, resolve: left } = Promise.withResolvers<void>()
  const server: Server = createServer((request, response) => {
    const at = performance.now()
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    response.on('close', () => {
      if (response.writableFinished) return
      leavers++
      left()
    })
    request.on('end', () => {
      const bytes = Buffer.concat(pieces)
      const body = bytes.toString('utf8')
      requests.push({ url: request.url ?? '', headers: request.headers, body, bytes, at })
      handle(request, response, body)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(
    () =>
      new Promise<void>((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  )
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    closed,
    requests,
    leavers: () => leavers,
    connections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
  }
}

/** One chunk of a chat stream. */
export const chunk = (content: string, finish: string | null = null): string =>
  `data: ${JSON.stringify({
    id: 'c',
    object: 'chat.completion.chunk',
    created: 0,
    model: 'm',
    choices: [{ index: 0, delta: content === '' ? {} : { content }, finish_reason: finish }],
  })}\n\n`

export const startStream = (response: ServerResponse): void => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.flushHeaders()
}

/** The words of a chat stream. */
export const textOf = async (
  stream: AsyncIterable<{ choices: { delta: { content?: string | null } }[] }>,
): Promise<string> => {
  let text = ''
  for await (const { choices } of stream) text += choices[0]?.delta.content ?? ''
  return text
}

/** What a promise is rejected with. */
export const rejection = (promise: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(promise).then(
    () => Promise.reject(new Error('it was not rejected')),
    (error: unknown) => error,
  )
