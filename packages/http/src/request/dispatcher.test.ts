import { pipeline, retry, timeout, type Pipeline } from '@spillway/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { deafServer, head, rawServer } from '../__fixtures__/raw-server.ts'
import { rejection } from '../__fixtures__/rejection.ts'
import { resilientFetch, unlimitedFetch } from '../index.ts'
import type { Dispatcher } from './dispatcher.ts'

// Node's own undici: real sockets, and limits of its own that are to be lifted. Its timers are as coarse as a second.
const GLOBAL_DISPATCHER = Symbol.for('undici.globalDispatcher.1')
const globals = globalThis as unknown as Record<symbol, Dispatcher>
await rejection(fetch('http://127.0.0.1:1'))
const Agent = globals[GLOBAL_DISPATCHER]!.constructor as new (options: object) => Dispatcher

const setGlobalDispatcher = (dispatcher: Dispatcher): void => {
  const before = globals[GLOBAL_DISPATCHER]!
  globals[GLOBAL_DISPATCHER] = dispatcher
  onTestFinished(() => void (globals[GLOBAL_DISPATCHER] = before))
}
const calling = (...parts: Parameters<typeof pipeline>[0]): Pipeline => pipeline(parts, { check: false })
const withDispatcher = (dispatcher: Dispatcher): RequestInit => ({ dispatcher }) as object
const codeOf = (error: unknown): unknown => (error as { cause?: { code?: unknown } }).cause?.code
const ANSWER = `${head({ 'content-type': 'application/json', 'content-length': '2' })}{}`

describe('a connection', () => {
  test('that stands in time is not held against a slow answer', async () => {
    const { url } = await rawServer((socket) => setTimeout(() => socket.end(ANSWER), 600))
    const response = await resilientFetch(calling(timeout({ connectMs: 300 })))(url)
    expect(response.status).toBe(200)
  })

  test('of a dispatcher of the caller is heard of as well', async () => {
    const { url } = await rawServer((socket) => setTimeout(() => socket.end(ANSWER), 600))
    const fetchThrough = resilientFetch(calling(timeout({ connectMs: 300 })))
    expect((await fetchThrough(url, withDispatcher(new Agent({})))).status).toBe(200)
  })

  test('that hangs is ended, and nothing was sent', async () => {
    const { url } = await deafServer()
    const startedAt = performance.now()
    const error = await rejection(resilientFetch(calling(timeout({ connectMs: 300 })))(url))
    expect(performance.now() - startedAt).toBeLessThan(3000)
    expect(error).toMatchObject({ phase: 'connect', limitMs: 300, verdict: { sent: false, billed: 'no' } })
  })

  test('that hangs in the handshake of TLS does not stand', async () => {
    const { url, sockets } = await rawServer(() => {})
    const fetchThrough = resilientFetch(calling(timeout({ connectMs: 300 })))
    expect(await rejection(fetchThrough(url.replace('http:', 'https:')))).toMatchObject({ phase: 'connect' })
    expect(sockets).toHaveLength(1)
  })

  test('has the time that was asked for, also where undici gives up earlier', { timeout: 20_000 }, async () => {
    const { url, accept } = await deafServer()
    setGlobalDispatcher(new Agent({ connect: { timeout: 100 } }))
    const answer = resilientFetch(calling(timeout({ connectMs: 15_000 })))(url)
    expect(codeOf(await rejection(fetch(url)))).toBe('UND_ERR_CONNECT_TIMEOUT')
    accept()
    expect((await answer).status).toBe(200)
  })

  test('without a limit of its own has the one of undici', async () => {
    const { url } = await deafServer()
    setGlobalDispatcher(new Agent({ connect: { timeout: 100 } }))
    const error = await rejection(resilientFetch(calling(timeout({ totalMs: 60_000, connectMs: Infinity })))(url))
    expect(codeOf(error)).toBe('UND_ERR_CONNECT_TIMEOUT')
  })

  test('that is given up while undici still dials is not dialed again', async () => {
    const { url, accept } = await deafServer()
    let dials = 0
    const agent = new Agent({ connect: { timeout: 100 } })
    setGlobalDispatcher({ dispatch: (options, handler) => (dials++, agent.dispatch(options, handler)) })
    expect(await rejection(resilientFetch(calling(timeout({ connectMs: 50 })))(url))).toMatchObject({
      phase: 'connect',
    })
    await rejection(fetch(url, withDispatcher(new Agent({ connect: { timeout: 300 } }))))
    expect(dials).toBe(1)
    accept()
  })
})

describe('the limits of undici', () => {
  const impatient = (): Dispatcher => new Agent({ headersTimeout: 100, bodyTimeout: 100 })
  const SLOW_MS = 1700
  const slowHeaders = () => rawServer((socket) => setTimeout(() => socket.end(ANSWER), SLOW_MS))
  const slowBody = () =>
    rawServer((socket) => {
      socket.write(`${head({ 'content-type': 'application/json', 'content-length': '2' })}{`)
      setTimeout(() => socket.end('}'), SLOW_MS)
    })

  test.for([
    ['before the headers', slowHeaders],
    ['inside the body', slowBody],
  ] as const)('for silence %s are lifted', { timeout: 20_000 }, async ([, serve]) => {
    const { url } = await serve()
    setGlobalDispatcher(impatient())
    const read = async (response: Promise<Response>): Promise<string> => (await response).text()
    const plain = rejection(read(fetch(url)))
    const calls = calling(timeout({ totalMs: 60_000 }))
    // A client that holds on to the global fetch hands it over like one of its own.
    const held = resilientFetch(calls, { fetch: globalThis.fetch })
    const texts = [resilientFetch(calls)(url), held(url), unlimitedFetch(url)].map(read)
    expect(await Promise.all(texts)).toEqual(['{}', '{}', '{}'])
    expect(codeOf(await plain)).toMatch(/UND_ERR_(HEADERS|BODY)_TIMEOUT/)
  })

  test('stay where the caller brings a dispatcher', { timeout: 20_000 }, async () => {
    const { url } = await slowHeaders()
    const fetchThrough = resilientFetch(calling(timeout({ totalMs: 60_000 })))
    const failures = await Promise.all([
      rejection(fetchThrough(url, withDispatcher(impatient()))),
      rejection(unlimitedFetch(url, withDispatcher(impatient()))),
    ])
    expect(failures.map(codeOf)).toEqual(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT'])
  })

  test('are lifted on whatever way the application has chosen', async () => {
    const { url } = await rawServer((socket) => socket.end(ANSWER))
    const seen: object[] = []
    const agent = new Agent({})
    setGlobalDispatcher({
      dispatch(options, handler) {
        seen.push(options)
        return agent.dispatch(options, handler)
      },
    })
    await resilientFetch(calling(timeout({ totalMs: 5000 })))(url)
    expect(seen).toMatchObject([{ headersTimeout: 0, bodyTimeout: 0 }])
  })
})

describe('a limit by phase reaches the socket', () => {
  test.for([
    ['nothing', '', { firstByteMs: 300 }, 'first_byte'],
    ['headers and then nothing', head({ 'content-type': 'application/json' }), { firstByteMs: 300 }, 'first_byte'],
    [
      'headers and white space',
      `${head({ 'content-type': 'application/json' })}  \n`,
      { firstByteMs: 300 },
      'first_byte',
    ],
    ['half an answer', `${head({ 'content-type': 'application/json' })}{`, { idleMs: 300 }, 'idle'],
  ] as const)('of a server that sends %s', async ([, sent, limits, phase]) => {
    const server = await rawServer((socket, connection) => socket.write(connection === 0 ? sent : ANSWER))
    const calls = calling(retry({ maxAttempts: 2, jitter: 'none' }), timeout(limits))
    const phases: unknown[] = []
    calls.events.subscribe((event) => event.type === 'timeout.exceeded' && phases.push(event.phase))
    expect(await (await resilientFetch(calls)(server.url)).text()).toBe('{}')
    await server.closed(0)
    expect(phases).toEqual([phase])
  })
})

test('a fetch of one’s own shows nothing of its connections: they count as standing', async () => {
  const { url } = await rawServer((socket) => setTimeout(() => socket.end(ANSWER), 600))
  const fetchThrough = resilientFetch(calling(timeout({ connectMs: 300 })), {
    fetch: (input, init) => fetch(input, init),
  })
  expect((await fetchThrough(url)).status).toBe(200)
})
