import { connect } from 'node:http2'
import { Readable } from 'node:stream'
import { BulkheadFullError } from '@spillway/core'
import { VirtualClock } from '@spillway/core/testing'
import { createEventParser, type ServerSentEvent } from '@spillway/http'
import { resilient } from '@spillway/openai'
import compression from 'compression'
import compress from 'koa-compress'
import OpenAI from 'openai'
import { describe, expect, test } from 'vitest'
import { ask, simulate } from '../providers/openai-world.ts'
import { hosts, type Exchange } from './hosts.ts'

const full = new BulkheadFullError('b', 'queue_full', 1, 0)

/** A source whose parts come when the test says so, and that tells when it was let go. */
const byHand = () => {
  const queue: (() => Promise<string>)[] = []
  let wake = (): void => {}
  const left = Promise.withResolvers<string>()
  async function* parts(): AsyncGenerator<string> {
    try {
      for (;;) {
        while (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve))
        yield await (queue.shift() as () => Promise<string>)()
      }
    } finally {
      left.resolve('returned')
    }
  }
  const push = (part: () => Promise<string>): void => {
    queue.push(part)
    wake()
  }
  return {
    source: parts(),
    left: left.promise,
    give: (part: string) => push(async () => part),
    fail: (error: Error) =>
      push(async () => {
        throw error
      }),
  }
}

/** Reads events as they arrive. */
const reader = (answer: Response) => {
  const bytes = (answer.body as ReadableStream<Uint8Array>).getReader()
  const parser = createEventParser()
  const seen: ServerSentEvent[] = []
  const next = async (): Promise<ServerSentEvent | undefined> => {
    while (seen.length === 0) {
      const { done, value } = await bytes.read()
      seen.push(...(done ? parser.end() : parser.feed(value)))
      if (done) break
    }
    return seen.shift()
  }
  return { next, cancel: () => bytes.cancel() }
}

const compressed = { express: compression({ threshold: 0 }), koa: compress({ threshold: 0 }) }

describe.for(hosts)('a stream of events from $name', ({ serve, serve2 }) => {
  test('goes out part by part, behind a middleware that compresses too', async () => {
    const { source, give, fail } = byHand()
    const { url } = await serve({ mounted: [compressed], routes: { '/': ({ sendEvents }) => sendEvents(source) } })
    give('one')
    const answer = await fetch(url, { headers: { 'accept-encoding': 'gzip' } })
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    })
    const { next } = reader(answer)
    expect(await next()).toEqual({ event: '', data: 'one' })
    give('two\nlines\r\nand "more"')
    expect(await next()).toEqual({ event: '', data: 'two\nlines\nand "more"' })
    fail(full)
    expect(await next()).toMatchObject({ event: 'error', data: expect.stringContaining('"status":503') })
    expect(await next()).toBeUndefined()
  })

  test('says what each part is to be, and how it ends', async () => {
    const { url } = await serve({
      routes: {
        '/': ({ sendEvents }) =>
          sendEvents(Readable.from([1, 2, 3]), {
            event: (part: number) =>
              part === 2 ? undefined : { event: 'count\nevil: 1', id: `n${part}`, data: { part } },
            end: '[DONE]',
          }),
      },
    })
    const text = await (await fetch(url)).text()
    const event = (part: number): string => `event: count evil: 1\nid: n${part}\ndata: {"part":${part}}\n\n`
    expect(text).toBe(`${event(1)}${event(3)}data: [DONE]\n\n`)
  })

  test('that fails before its first part is answered with a status', async () => {
    const { source, fail } = byHand()
    const { url } = await serve({ routes: { '/': ({ sendEvents }) => sendEvents(source) } })
    fail(full)
    const answer = await fetch(url)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      503,
      'application/problem+json; charset=utf-8',
    ])
  })

  test.for([undefined, ['one'], Promise.resolve(Readable.from(['one']))])(
    'out of what gives no parts is refused in words: %o',
    async (source) => {
      const told = Promise.withResolvers<Error>()
      const { url } = await serve({
        routes: {
          '/': ({ sendEvents }) =>
            sendEvents(source as never).catch((error: Error) => {
              told.resolve(error)
              throw error
            }),
        },
      })
      expect((await fetch(url)).status).toBe(500)
      expect((await told.promise).message).toContain('await the call that gives it')
    },
  )

  test('is let go when the client leaves, also while it is silent', async () => {
    const endings: unknown[] = []
    const { source, give, left } = byHand()
    const canceled = Promise.withResolvers<unknown>()
    const web = new ReadableStream<string>({ start: (parts) => parts.enqueue('one'), cancel: canceled.resolve })
    const node = new Readable({ read() {}, objectMode: true })
    node.push('one')
    const destroyed = new Promise((resolve) => node.once('close', () => resolve('destroyed')))
    const { url } = await serve({
      routes: {
        '/generator': async ({ sendEvents }) => endings.push(await sendEvents(source)),
        '/web': async ({ sendEvents }) => endings.push(await sendEvents(web as never)),
        '/node': async ({ sendEvents }) => endings.push(await sendEvents(node)),
      },
    })
    give('one')
    for (const path of ['/generator', '/web', '/node']) {
      const { next, cancel } = reader(await fetch(url + path))
      expect(await next()).toMatchObject({ data: 'one' })
      await cancel()
    }
    expect(await canceled.promise).toMatchObject({ code: 'ERR_SPILLWAY_CLIENT_DISCONNECTED' })
    expect(await destroyed).toBe('destroyed')
    // a generator hears of it when the part that it waits for has come
    give('two')
    expect(await left).toBe('returned')
    await expect.poll(() => endings).toEqual(['client_left', 'client_left', 'client_left'])
  })

  test('is read no faster than its client reads, and ends with a client that never reads', async () => {
    let made = 0
    const ended = Promise.withResolvers<string>()
    async function* flood(): AsyncGenerator<string> {
      try {
        for (;;) {
          made++
          await new Promise((resolve) => setImmediate(resolve))
          yield 'x'.repeat(100_000)
        }
      } finally {
        ended.resolve('let go')
      }
    }
    const { url } = await serve({ routes: { '/': ({ sendEvents }) => sendEvents(flood()) } })
    const leaving = new AbortController()
    const answer = await fetch(url, { signal: leaving.signal })
    expect(answer.status).toBe(200)
    // what sockets hold is some megabytes; then it stands still
    let before = -1
    await expect.poll(() => made === before || ((before = made), false), { interval: 100 }).toBe(true)
    expect(made).toBeLessThan(1000)
    leaving.abort()
    expect(await ended.promise).toBe('let go')
  })

  test('keeps the line open while it is silent, from before its first part', async () => {
    const clock = new VirtualClock()
    const { source, give } = byHand()
    const began = Promise.withResolvers<void>()
    const { url } = await serve({
      routes: {
        '/': ({ sendEvents }) => {
          began.resolve()
          return sendEvents(source, { clock, heartbeatMs: 15_000 })
        },
      },
    })
    const answering = fetch(url)
    await began.promise
    await clock.advance(15_000)
    const answer = await answering
    const bytes = (answer.body as ReadableStream<Uint8Array>).getReader()
    const text = async (): Promise<string> => new TextDecoder().decode((await bytes.read()).value)
    expect([answer.status, await text()]).toEqual([200, ':\n\n'])
    await clock.advance(10_000)
    give('one')
    expect(await text()).toBe('data: one\n\n')
    await clock.advance(14_999)
    await clock.advance(1)
    expect(await text()).toBe(':\n\n')
    await bytes.cancel()
  })

  test('ends with the deadline of its request', async () => {
    const clock = new VirtualClock()
    const { source, give } = byHand()
    const { url } = await serve({
      spillway: { clock, timeoutMs: 30_000 },
      routes: { '/': ({ sendEvents }) => sendEvents(source, { clock, heartbeatMs: Infinity }) },
    })
    give('one')
    const { next } = reader(await fetch(url))
    expect(await next()).toMatchObject({ data: 'one' })
    await clock.advance(30_000)
    expect(await next()).toMatchObject({ event: 'error', data: expect.stringContaining('"status":504') })
    expect(await next()).toBeUndefined()
  })

  // hard case: inbound-and-telemetry (openai)
  test('of a model passes through an official client, and its socket closes with that of the caller', async () => {
    const { simulator, url: upstream } = await simulate(
      {
        // A generation that is over by itself is never counted as abandoned: this one takes longer than any machine.
        abandoned: 'stop',
        replies: [
          { fault: 'none', text: 'water goes past the dam' },
          { fault: 'stall', afterChunks: 1, serviceMs: 600_000 },
        ],
      },
      20,
    )
    const client = resilient(new OpenAI({ baseURL: `${upstream}/v1`, apiKey: 'any' }))
    const { url } = await serve({
      routes: {
        '/': async ({ sendEvents }) => {
          const stream = await client.chat.completions.create({ ...ask(), stream: true })
          await sendEvents(stream, { end: '[DONE]' })
        },
      },
    })
    const whole = reader(await fetch(url))
    let text = ''
    for (let event = await whole.next(); event?.data !== '[DONE]'; event = await whole.next())
      text += (JSON.parse(event?.data ?? '{}') as OpenAI.ChatCompletionChunk).choices[0]?.delta.content ?? ''
    expect(text).toBe('water goes past the dam')
    const stalled = reader(await fetch(url))
    await stalled.next()
    await stalled.cancel()
    await expect.poll(() => simulator.counters().total.generations.abandoned).toBe(1)
  })

  test('that is text or bytes is cut when it fails, over HTTP/2 too', async () => {
    const { source, give, fail } = byHand()
    const site = {
      routes: {
        '/': ({ response, sendStream }: Exchange) => {
          response.setHeader('content-type', 'text/csv')
          return sendStream(source)
        },
        '/events': ({ sendEvents }: Exchange) => sendEvents(Readable.from(['one', 'two'])),
      },
    }
    const { url } = await serve(site)
    give('a,b\n')
    const answer = await fetch(url)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/csv'])
    fail(full)
    await expect(answer.text()).rejects.toThrow('terminated')

    const session = connect((await serve2(site)).url)
    const stream = session.request({ ':path': '/events' }).setEncoding('utf8')
    let text = ''
    for await (const chunk of stream) text += String(chunk)
    expect(text).toBe('data: one\n\ndata: two\n\n')
    session.destroy()
  })
})
