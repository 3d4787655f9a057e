import { pipeline } from '@spillway/core'
import { VirtualClock } from '@spillway/core/testing'
import { Agent, request as httpRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import * as forExpress from '@spillway/express'
import * as forKoa from '@spillway/koa'
import { describe, expect, test } from 'vitest'
import { hang, hosts } from './hosts.ts'

const calls = pipeline([])

describe.for(hosts)('the deadline of a request to $name', ({ serve }) => {
  test('ends a pipeline called in the handler, and the caller is told with 504', async () => {
    const reasons: unknown[] = []
    const { url } = await serve({
      routes: {
        '/': ({ scope }) =>
          calls
            .execute(({ signal }) => hang(signal), scope.callOptions)
            .finally(() => reasons.push((scope.signal.reason as Error).name)),
      },
    })
    const answer = await fetch(url, { headers: { 'grpc-timeout': '80m' } })
    expect(answer.status).toBe(504)
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    expect(await answer.json()).toEqual({ type: 'about:blank', title: 'Gateway Timeout', status: 504 })
    expect(reasons).toEqual(['TimeoutExceededError'])
  })

  test('is the shorter of what the caller says and what the service allows', async () => {
    const { url } = await serve({
      spillway: { timeoutMs: 10_000, reserveMs: 0, clock: new VirtualClock() },
      routes: { '/': ({ scope, send }) => send(String(Math.ceil(scope.remainingMs() / 1000))) },
    })
    const seconds = async (value: string): Promise<string> =>
      (await fetch(url, { headers: { 'x-request-timeout': value } })).text()
    expect([await seconds('3'), await seconds('30'), await seconds('nonsense')]).toEqual(['3', '10', '10'])
  })

  test('is the shortest of those of the application, the route and the caller', async () => {
    const { url } = await serve({
      spillway: { timeoutMs: 10_000, reserveMs: 0, clock: new VirtualClock() },
      inner: { timeoutMs: 4000, reserveMs: 0 },
      routes: { '/': ({ scope, send }) => send(String(Math.ceil(scope.remainingMs() / 1000))) },
    })
    expect(await (await fetch(url)).text()).toBe('4')
    expect(await (await fetch(url, { headers: { 'x-request-timeout': '2' } })).text()).toBe('2')
  })

  test('that has passed before the handler began refuses the request', async () => {
    let began = 0
    const { url } = await serve({ routes: { '/': () => began++ } })
    const answer = await fetch(url, { headers: { 'x-request-timeout': '0.05' } })
    expect([answer.status, began]).toEqual([504, 0])
  })

  test('is answered for a handler that does not listen, whose late answer changes nothing', async () => {
    const late = Promise.withResolvers<void>()
    const answered = Promise.withResolvers<void>()
    const { url } = await serve({
      inner: { timeoutMs: 30, reserveMs: 10 },
      routes: {
        '/': async ({ request, send }) => {
          if (request.headers['x-second'] !== undefined) return send('second')
          await late.promise
          setImmediate(answered.resolve)
          send('too late')
        },
      },
    })
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ask = (headers: Record<string, string>): Promise<[number | undefined, string, boolean]> =>
      new Promise((resolve, reject) => {
        const sent = httpRequest(url, { agent, headers }, (response) => {
          text(response).then((body) => resolve([response.statusCode, body, sent.reusedSocket]), reject)
        })
        sent.on('error', reject).end()
      })
    expect(await ask({})).toEqual([504, expect.stringContaining('Gateway Timeout'), false])
    late.resolve()
    await answered.promise
    expect(await ask({ 'x-second': '1' })).toEqual([200, 'second', true])
    agent.destroy()
  })
})

test.for<[option: string, value: unknown, hint: string]>([
  ['trusted', 'false', 'true, false or a function'],
  ['deadlineHeaders', null, 'an object of header names'],
  ['deadlineHeaders', { 'x-wait': 'minutes' }, "'ms', 's' or 'grpc'"],
  ['criticality', 'high', 'one of sheddable'],
  ['timeoutMs', '30s', 'a number of at least 0'],
  ['timeout', 30, 'did you mean timeoutMs?'],
])('an option %s of %s is refused', ([option, value, hint]) => {
  expect(() => forExpress.spillway({ [option]: value })).toThrow(hint)
  expect(() => forKoa.spillway({ [option]: value })).toThrow(`spillway.${option}`)
})
