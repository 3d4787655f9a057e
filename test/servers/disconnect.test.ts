import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { pipeline } from '@spillway/core'
import { ClientDisconnectedError } from '@spillway/express'
import { describe, expect, test } from 'vitest'
import { hang, hosts, type Route } from './hosts.ts'

const calls = pipeline([])

/** A handler that reads the whole body first, as body parsers do, and what became of its work. */
const worker = (): { route: Route; began: Promise<void>; ended: Promise<unknown> } => {
  const began = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<unknown>()
  return {
    began: began.promise,
    ended: ended.promise,
    route: async ({ request, scope }) => {
      await text(request)
      const work = calls.execute(({ signal }) => hang(signal), scope.callOptions)
      work.catch(ended.resolve)
      began.resolve()
      await work
    },
  }
}

describe.for(hosts)('a client of $name that goes away', ({ serve, serve2 }) => {
  test('in the middle ends the work for it, also when its body has been read', async () => {
    const { route, began, ended } = worker()
    const { url } = await serve({ routes: { '/': route } })
    const leaving = new AbortController()
    const answer = fetch(url, { method: 'POST', body: '{"prompt":"a dam"}', signal: leaving.signal })
    await began
    leaving.abort()
    await expect(answer).rejects.toThrow('aborted')
    expect(await ended).toBeInstanceOf(ClientDisconnectedError)
  })

  test('in the middle of an HTTP/2 stream ends the work for it', async () => {
    const { route, began, ended } = worker()
    const { url } = await serve2({ routes: { '/': route } })
    const session = connectHttp2(url)
    const stream = session.request({ ':path': '/', ':method': 'POST' })
    stream.end('{}')
    await began
    stream.close(8)
    expect(await ended).toBeInstanceOf(ClientDisconnectedError)
    session.destroy()
  })

  test('before the middleware ran is noticed when it runs', async () => {
    const reached = Promise.withResolvers<void>()
    const gone = Promise.withResolvers<void>()
    const failed = Promise.withResolvers<unknown>()
    let began = 0
    const { url } = await serve({
      spillway: false,
      mounted: [
        {
          express: (_request, response, next) => {
            response.once('close', () => setImmediate(gone.resolve))
            reached.resolve()
            response.once('close', () => setImmediate(next))
          },
          koa: async (ctx, next) => {
            ctx.res.once('close', () => setImmediate(gone.resolve))
            reached.resolve()
            await gone.promise
            await next()
          },
        },
      ],
      inner: {},
      errors: { onError: (error) => failed.resolve(error) },
      routes: { '/': () => began++ },
    })
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await reached.promise
    socket.destroy()
    expect(await failed.promise).toBeInstanceOf(ClientDisconnectedError)
    expect(began).toBe(0)
  })

  test('after its answer aborts nothing', async () => {
    const aborted: unknown[] = []
    const closed = Promise.withResolvers<void>()
    const { url } = await serve({
      routes: {
        '/': async ({ request, response, scope, send }) => {
          scope.signal.addEventListener('abort', () => aborted.push(scope.signal.reason))
          response.once('close', () => setImmediate(closed.resolve))
          await text(request)
          send('done')
        },
      },
    })
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}')
    await once(socket, 'data')
    socket.destroy()
    await closed.promise
    expect(aborted).toEqual([])
  })
})
