import { once } from 'node:events'
import { Agent, createServer, request as httpRequest, type Server } from 'node:http'
import { connect } from 'node:http2'
import { text } from 'node:stream/consumers'
import { circuitBreaker, pipeline } from '@spillway/core'
import { VirtualClock } from '@spillway/core/testing'
import * as forExpress from '@spillway/express'
import * as forKoa from '@spillway/koa'
import createExpress from 'express'
import Koa from 'koa'
import { describe, expect, test } from 'vitest'
import { hosts, type Mounted } from './hosts.ts'

type Told = { status: number | undefined; body: string; connection: string | undefined }

/** A request over an agent's connections, wholly read. */
const over = (agent: Agent, url: string): Promise<Told> =>
  new Promise((resolve, reject) => {
    const sent = httpRequest(url, { agent }, (response) => {
      const { statusCode: status, headers } = response
      text(response).then((body) => resolve({ status, body, connection: headers.connection }), reject)
    })
    sent.on('error', reject).end()
  })

/** `health` at one path, `ready` at another. */
const probes = (health: forExpress.HealthOptions, ready: forExpress.ReadyOptions): Mounted => {
  const express = { '/health': forExpress.health(health), '/ready': forExpress.ready(ready) }
  const koa = { '/health': forKoa.health(health), '/ready': forKoa.ready(ready) }
  return {
    express: (request, response, next) => {
      const probe = express[request.path as keyof typeof express] as (typeof express)['/ready'] | undefined
      if (probe === undefined) next()
      else void probe(request, response, next)
    },
    koa: async (ctx, next) => {
      const probe = koa[ctx.path as keyof typeof koa] as (typeof koa)['/ready'] | undefined
      if (probe === undefined) await next()
      else probe(ctx)
    },
  }
}

describe.for(hosts)('a server of $name that stops', ({ serve, serve2 }) => {
  test('serves while it says that it leaves, then refuses, and ends when the last answer is whole', async () => {
    const clock = new VirtualClock()
    const held: (() => void)[] = []
    let shutdown: forExpress.GracefulShutdown | undefined
    const { url, server } = await serve({
      mounted: [probes({}, { stopping: () => shutdown?.stopping === true })],
      routes: {
        '/hold': ({ send }) => new Promise<void>((done) => held.push(() => done(send('x'.repeat(5_000_000))))),
        '/quick': ({ send }) => send('quick'),
      },
    })
    shutdown = forExpress.gracefulShutdown(server, { clock, readinessDelayMs: 1000, graceMs: 60_000 })
    const idle = new Agent({ keepAlive: true, maxSockets: 1 })
    expect(await over(idle, `${url}/quick`)).toEqual({ status: 200, body: 'quick', connection: 'keep-alive' })
    expect((await fetch(`${url}/ready`)).status).toBe(200)
    const holding = over(new Agent({ keepAlive: true }), `${url}/hold`)
    await expect.poll(() => held.length).toBe(1)

    const result = shutdown()
    expect(shutdown()).toBe(result)
    const fresh = new Agent()
    expect(await over(fresh, `${url}/ready`)).toMatchObject({ status: 503, body: '{"status":"fail"}' })
    expect(await over(fresh, `${url}/quick`)).toMatchObject({ status: 200, connection: 'close' })
    await clock.advance(1000)
    expect(await over(idle, `${url}/quick`)).toMatchObject({ status: 503, connection: 'close' })
    await expect(over(fresh, `${url}/quick`)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    held[0]?.()
    expect(await holding).toMatchObject({ status: 200, body: 'x'.repeat(5_000_000), connection: 'close' })
    expect(await result).toEqual({ drained: true, cut: 0, refused: 1 })
  })

  test('gives up at its limit, and says how many it cut', async () => {
    const clock = new VirtualClock()
    const reasons: unknown[] = []
    const began = Promise.withResolvers<void>()
    const { url, server } = await serve({
      routes: {
        '/': ({ scope }) =>
          new Promise<void>((done) => {
            began.resolve()
            scope.signal.addEventListener('abort', () => done(void reasons.push((scope.signal.reason as Error).name)))
          }),
      },
    })
    const shutdown = forKoa.gracefulShutdown(server, { clock, readinessDelayMs: 0, graceMs: 5000 })
    const answer = over(new Agent(), url)
    await began.promise
    const result = shutdown()
    const cut = answer.catch((error: NodeJS.ErrnoException) => error.code)
    await clock.advance(5000)
    expect(await cut).toBe('ECONNRESET')
    expect(await result).toEqual({ drained: false, cut: 1, refused: 0 })
    await expect.poll(() => reasons).toEqual(['ClientDisconnectedError'])
  })

  test('under load loses no request that it let in', async () => {
    let begun = 0
    const { url, server } = await serve({
      routes: {
        '/': async ({ send }) => {
          begun++
          await new Promise((done) => setTimeout(done, 3))
          send('whole')
        },
      },
    })
    const shutdown = forExpress.gracefulShutdown(server, { readinessDelayMs: 60, graceMs: 20_000 })
    const answers: Told[] = []
    const failures: string[] = []
    const client = async (): Promise<void> => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      for (;;) {
        try {
          answers.push(await over(agent, url))
        } catch (error) {
          failures.push((error as NodeJS.ErrnoException).code ?? '')
          return agent.destroy()
        }
      }
    }
    const clients = Array.from({ length: 16 }, client)
    await expect.poll(() => answers.length).toBeGreaterThan(100)
    const { drained, cut, refused } = await shutdown()
    await Promise.all(clients)
    const whole = answers.filter(({ status, body }) => status === 200 && body === 'whole').length
    expect({ drained, cut, whole }).toEqual({ drained: true, cut: 0, whole: begun })
    expect(answers.length - whole).toBe(refused)
    // who came afterwards found nobody
    expect(failures.every((code) => ['ECONNREFUSED', 'ECONNRESET'].includes(code))).toBe(true)
  })

  test('over HTTP/2 ends its sessions when their streams are whole', async () => {
    const held: (() => void)[] = []
    const { url, server } = await serve2({
      routes: { '/': ({ send }) => new Promise<void>((done) => held.push(() => done(send('whole')))) },
    })
    const shutdown = forExpress.gracefulShutdown(server, { readinessDelayMs: 0 })
    const session = connect(url)
    const closed = once(session, 'close')
    const stream = session.request({ ':path': '/' })
    stream.setEncoding('utf8')
    await expect.poll(() => held.length).toBe(1)
    const result = shutdown()
    await once(session, 'goaway')
    held[0]?.()
    expect(await text(stream)).toBe('whole')
    expect(await result).toEqual({ drained: true, cut: 0, refused: 0 })
    await closed
  })
})

describe.for(hosts)('the probes of $name', ({ serve }) => {
  test('tell of open circuits, and let somebody through when a probe is due', async () => {
    const clock = new VirtualClock()
    const breaker = circuitBreaker()
    const calls = pipeline([breaker], { name: 'openai', clock })
    const idle = pipeline([], { name: 'idle' })
    const { url } = await serve({
      mounted: [probes({ pipelines: [calls, idle], details: true }, { requires: [calls] })],
      routes: {},
    })
    const look = async (): Promise<[number, number, unknown]> => {
      const [health, ready] = [await fetch(`${url}/health`), await fetch(`${url}/ready`)]
      return [health.status, ready.status, await health.json()]
    }
    await calls.execute(async () => 'well')
    const well = { status: 'pass', inFlight: 0, open: [] }
    expect(await look()).toEqual([200, 200, { status: 'pass', pipelines: { openai: well, idle: well } }])
    breaker.isolate()
    const out = { status: 'fail', inFlight: 0, open: [''] }
    expect(await look()).toEqual([200, 503, { status: 'fail', pipelines: { openai: out, idle: well } }])
    breaker.close()
    const fail = (): Promise<never> => Promise.reject(new Error('down'))
    for (let at = 0; at < 50 && breaker.stateOf() === 'closed'; at++) await calls.execute(fail).catch(() => {})
    expect((await look()).slice(0, 2)).toEqual([200, 503])
    await clock.advance(60_000)
    expect(breaker.stateOf()).toBe('open')
    expect((await look()).slice(0, 2)).toEqual([200, 200])
  })

  test('tell strangers nothing', async () => {
    const { url } = await serve({ mounted: [probes({ pipelines: [pipeline([])] }, {})], routes: {} })
    expect(await (await fetch(`${url}/health`)).text()).toBe('{"status":"pass"}')
  })
})

test.for<[what: string, server: unknown]>([
  ['an application of Express', createExpress()],
  ['an application of Koa', new Koa()],
  ['a server that nobody listens to yet', createServer()],
  ['nothing', undefined],
])('%s is no server that can be stopped', ([, server]) => {
  expect(() => forExpress.gracefulShutdown(server as Server)).toThrow('what app.listen() gives')
})

test('unknown options are refused with a hint', () => {
  expect(() => forExpress.health({ detail: true } as never)).toThrow('did you mean details?')
  expect(() => forKoa.ready({ require: [] } as never)).toThrow('did you mean requires?')
  expect(() => forKoa.ready({ requires: [{}] } as never)).toThrow('a list of pipelines; pipelineOf(client)')
})
