import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { GoogleGenAI } from '@google/genai'
import type { SpillwayEvent } from '@spillway/core'
import { pipelineOf, resilient, type StandardChoice } from '@spillway/gemini'
import { createSimulator, type ScriptedReply, type Simulator } from '@spillway/simulator'
import { onTestFinished } from 'vitest'

export const IMAGE_MODEL = 'gemini-3-pro-image'
export const CHAT_MODEL = 'gemini-3.8-flash'

/** What a chat is asked in these tests. */
export const ASK = { model: CHAT_MODEL, contents: 'Hi' }

interface Provider {
  readonly simulator: Simulator
  readonly url: string
  /** A second endpoint, with a key and a model name of its own. */
  readonly relayUrl: string
}

/** A simulator that ends with the test; 30 s of the model are 30 ms. The replies are the first endpoint's. */
export const provide = async (...replies: ScriptedReply[]): Promise<Provider> => {
  const endpoints = { relay: { models: ['banana-pro'], keys: ['relay-key'] } }
  const simulator = createSimulator({ endpoints }, { timeScale: 1000 })
  onTestFinished(() => simulator.close())
  simulator.script(replies)
  const { url } = await simulator.listen()
  return { simulator, url, relayUrl: `${url}/e/relay` }
}

/** How often the provider was asked, counted by the provider. */
export const requests = (simulator: Simulator): number => simulator.counters().total.requests

const step = { duration: 1, next: () => step }
/** Retries wait for nothing but what the server asks for. */
export const QUICK = { backoff: { next: () => step } }

interface Connected {
  readonly ai: GoogleGenAI
  readonly plain: GoogleGenAI
  readonly events: SpillwayEvent[]
}

/** A client as an application has it, and the resilient one made of it. */
export const connect = (url: string, options: StandardChoice = {}, apiKey = 'own-key'): Connected => {
  const plain = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: url } })
  const ai = resilient(plain, { retry: QUICK, ...options })
  const events: SpillwayEvent[] = []
  pipelineOf(ai).events.subscribe((event) => events.push(event))
  return { ai, plain, events }
}

export const ofType = (events: readonly SpillwayEvent[], type: SpillwayEvent['type']): readonly SpillwayEvent[] =>
  events.filter((event) => event.type === type)

type Rejection = Error & { readonly [key: string]: unknown }

/** What a promise is rejected with. */
export const rejection = (promise: PromiseLike<unknown>): Promise<Rejection> =>
  Promise.resolve(promise).then(
    () => Promise.reject(new Error('it was not rejected')),
    (error: Rejection) => error,
  )

interface Served {
  readonly url: string
  /** Resolves when a client leaves before its answer is complete. */
  readonly left: Promise<void>
  readonly seen: { readonly url: string; readonly headers: IncomingMessage['headers']; readonly body: string }[]
}

/** A server of our own, for what must be seen at the socket. */
export const serve = async (handle: (response: ServerResponse, hit: number) => void): Promise<Served> => {
  const seen: Served['seen'] = []
  const { promise: left, resolve } = Promise.withResolvers<void>()
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text))
    response.on('close', () => response.writableFinished || resolve())
    request.on('end', () => {
      seen.push({ url: request.url ?? '', headers: request.headers, body })
      handle(response, seen.length)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, left, seen }
}

/** A JSON answer for {@link answers}. */
export const json = (
  status: number,
  body: object | string,
  type = 'application/json',
): readonly [number, Record<string, string>, string] => [
  status,
  { 'content-type': type },
  typeof body === 'string' ? body : JSON.stringify(body),
]

/** A server that gives these answers in turn, the last one for ever. */
export const answers = (...list: readonly (readonly [number, Record<string, string>, string])[]): Promise<Served> =>
  serve((response, hit) => {
    const [status, headers, body] = list[Math.min(hit, list.length) - 1] ?? json(500, {})
    response.writeHead(status, headers).end(body)
  })

/** One event of a stream. */
export const chunk = (text: string, more: object = {}): string =>
  `data: ${JSON.stringify({ candidates: [{ content: { parts: [{ text }], role: 'model' }, ...more }] })}\r\n\r\n`

/** Begins a stream, sends these events and stays silent. */
export const startStream = (response: ServerResponse, ...events: string[]): void => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.flushHeaders()
  for (const event of events) response.write(event)
}

/** All parts of a stream. */
export const collect = async <T>(stream: AsyncIterable<T>): Promise<T[]> => {
  const parts: T[] = []
  for await (const part of stream) parts.push(part)
  return parts
}
