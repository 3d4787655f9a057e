import { pipeline } from '@spillway/core'
import { VirtualClock } from '@spillway/core/testing'
import express from 'express'
import bodyParser from 'koa-bodyparser'
import { describe, expect, test } from 'vitest'
import { hosts, type Route } from './hosts.ts'

const calls = pipeline([])
const parsers = { express: express.json(), koa: bodyParser() }

/** Calls a pipeline without handing anything over, and answers with what it was told. */
const look: Route = async ({ send }) => {
  const seen = await calls.execute(async (context) => ({
    priority: context.call.priority,
    seconds: Math.ceil(context.remainingMs() / 1000),
  }))
  send(seen)
}

describe.for(hosts)('a pipeline called in a handler of $name', ({ serve }) => {
  const ask = async (url: string, headers: Record<string, string>): Promise<unknown> => {
    const request = { method: 'POST', body: '{"prompt":"a dam"}' }
    const answer = await fetch(url, { ...request, headers: { 'content-type': 'application/json', ...headers } })
    return answer.json()
  }

  test('has the deadline and the priority of the request, behind a body parser too', async () => {
    const { url } = await serve({
      spillway: { timeoutMs: 60_000, reserveMs: 0, trusted: true, clock: new VirtualClock() },
      inner: { timeoutMs: 40_000, reserveMs: 0 },
      mounted: [parsers],
      routes: { '/': look },
    })
    expect(await ask(url, {})).toEqual({ priority: 0, seconds: 40 })
    const urgent = { 'x-request-timeout': '7', 'x-request-criticality': 'critical-plus' }
    expect(await ask(url, urgent)).toEqual({ priority: 1, seconds: 7 })
  })

  test('believes a criticality only of hops that are trusted, and an unknown one never', async () => {
    const { url } = await serve({
      spillway: {
        trusted: (host) => (host as { get(name: string): string }).get('x-hop') === 'mesh',
        criticality: 'sheddable_plus',
      },
      routes: { '/': look },
    })
    const priority = async (headers: Record<string, string>): Promise<unknown> =>
      ((await ask(url, headers)) as { priority: number }).priority
    const header = 'x-request-criticality'
    expect(await priority({ [header]: 'critical' })).toBe(-1)
    expect(await priority({ [header]: 'critical', 'x-hop': 'mesh' })).toBe(0)
    expect(await priority({ [header]: 'sheddable', 'x-hop': 'mesh' })).toBe(-2)
    expect(await priority({ [header]: '__proto__', 'x-hop': 'mesh' })).toBe(-1)
  })

  test('ends when the client goes away', async () => {
    const began = Promise.withResolvers<void>()
    const ended = Promise.withResolvers<string>()
    const { url } = await serve({
      routes: {
        '/': () =>
          calls.execute(({ signal }) => {
            signal.addEventListener('abort', () => ended.resolve((signal.reason as Error).name))
            began.resolve()
            return new Promise(() => {})
          }),
      },
    })
    const leaving = new AbortController()
    const answer = fetch(url, { signal: leaving.signal })
    await began.promise
    leaving.abort()
    await expect(answer).rejects.toThrow('aborted')
    expect(await ended.promise).toBe('ClientDisconnectedError')
  })
})
