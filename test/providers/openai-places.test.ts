import { bulkhead, pipeline, rateLimit, timeout, withCallOptions, type Pipeline } from '@spillway/core'
import { refusalOf } from '@spillway/openai'
import { describe, expect, test } from 'vitest'
import { ask, chunk, connect, rejection, serve, startStream, textOf } from './openai-world.ts'

const streaming = { ...ask(), stream: true } as const
const completion = { choices: [{ index: 0, message: { content: 'hi' }, finish_reason: 'stop' }] }

describe('a place', () => {
  const single = (): { pipeline: Pipeline<Response> } => ({
    pipeline: pipeline([timeout({ totalMs: 10_000 }), bulkhead({ maxConcurrency: 1 })]),
  })

  // hard case: place-until-the-end
  test('is kept by a stream until it has been read, and then the next call goes', async () => {
    const server = await serve((_request, response) => {
      startStream(response)
      response.write(chunk('one'))
      if (server.requests.length === 1) setTimeout(() => response.end(chunk('', 'stop')), 150)
      else response.end(chunk('', 'stop'))
    })
    const { client } = connect(server.url, single())
    const first = await client.chat.completions.create(streaming)
    const second = client.chat.completions.create(streaming)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(server.requests).toHaveLength(1)
    expect(await textOf(first)).toBe('one')
    expect(await textOf(await second)).toBe('one')
    expect(server.requests).toHaveLength(2)
  })

  // hard case: place-until-the-end
  test.for(['break', 'abort'] as const)('is free again after %s', async (way) => {
    const server = await serve((_request, response) => {
      startStream(response)
      response.write(chunk('one'))
      if (server.requests.length > 1) response.end(chunk('', 'stop'))
    })
    const { client } = connect(server.url, single())
    const leaving = new AbortController()
    const first = await client.chat.completions.create(streaming, { signal: leaving.signal })
    const second = client.chat.completions.create(streaming)
    for await (const _ of first) {
      if (way === 'break') break
      leaving.abort()
    }
    expect(await textOf(await second)).toBe('one')
  })

  // hard case: place-until-the-end
  test('that does not become free in time lets the call leave the line with nothing sent', async () => {
    const server = await serve((_request, response) => {
      startStream(response)
      const timer = setInterval(() => response.write(chunk('more')), 50)
      response.on('close', () => clearInterval(timer))
    })
    const { client } = connect(server.url, single())
    const first = await client.chat.completions.create(streaming)
    const error = await rejection(withCallOptions({ totalMs: 150 }, () => client.chat.completions.create(ask())))
    expect(refusalOf(error)?.code).toMatch(/TIMEOUT_EXCEEDED|BULKHEAD_FULL/)
    expect(server.requests).toHaveLength(1)
    first.controller.abort()
  })
})

describe('a pace of our own', () => {
  /**
   * When the server saw its requests, from before the first call: how long that one is under way on a busy machine makes no
   * wait shorter.
   */
  const timesOf = ({ requests }: { requests: readonly { at: number }[] }): (() => number[]) => {
    const from = performance.now()
    return () => requests.map(({ at }) => Math.round(at - from))
  }
  const answering = (headers: Record<string, string> = {}, usage?: object): ReturnType<typeof serve> =>
    serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', ...headers })
      response.end(JSON.stringify({ ...completion, usage }))
    })
  const paced = (options: Parameters<typeof rateLimit>[0]): { pipeline: Pipeline<Response> } => ({
    pipeline: pipeline([timeout({ totalMs: 10_000 }), rateLimit(options)]),
  })

  // hard case: own-pace
  test('counts requests', async () => {
    const server = await answering()
    const { client, events } = connect(server.url, paced({ quotas: [{ permits: 3, periodMs: 600 }] }))
    const times = timesOf(server)
    await Promise.all(Array.from({ length: 5 }, () => client.chat.completions.create(ask())))
    expect(events.filter(({ type }) => type === 'call.queued')).toHaveLength(2)
    expect(times()[3]).toBeGreaterThanOrEqual(595)
  })

  // hard case: own-pace
  test('counts tokens, and is corrected by what was really used', async () => {
    const usage = { prompt_tokens: 60, completion_tokens: 40, total_tokens: 100 }
    const server = await answering({}, usage)
    const quotas = [{ unit: 'tokens', permits: 100, periodMs: 600 }]
    const { client } = connect(server.url, paced({ quotas, cost: () => ({ tokens: 10 }) }))
    const times = timesOf(server)
    await client.chat.completions.create(ask())
    await client.chat.completions.create(ask())
    expect(times()[1]).toBeGreaterThanOrEqual(595)
  })

  // hard case: own-pace
  test('is corrected by what the provider says is left', async () => {
    const server = await answering({ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '600ms' })
    const { client } = connect(server.url, paced({}))
    const times = timesOf(server)
    await client.chat.completions.create(ask())
    await client.chat.completions.create(ask())
    expect(times()[1]).toBeGreaterThanOrEqual(595)
  })

  // hard case: own-pace
  test('keeps fifty callers that were sent away together from returning together', async () => {
    const server = await serve((_request, response) => {
      const refused = server.requests.length <= 50
      response.writeHead(refused ? 429 : 200, { 'content-type': 'application/json', 'retry-after-ms': '3000' })
      response.end(JSON.stringify(refused ? { error: { code: 'rate_limit_exceeded' } } : completion))
    })
    const { client } = connect(server.url, { retry: {}, bulkhead: false, adaptiveConcurrency: false })
    await Promise.all(Array.from({ length: 50 }, () => client.chat.completions.create(ask())))
    const back = server.requests.slice(50).map(({ at }) => at)
    const most = Math.max(...back.map((at) => back.filter((other) => other >= at && other < at + 50).length))
    expect(server.requests).toHaveLength(100)
    expect(Math.min(...back) - Math.max(...server.requests.slice(0, 1).map(({ at }) => at))).toBeGreaterThanOrEqual(
      2990,
    )
    expect(most).toBeLessThan(25)
  })
})
