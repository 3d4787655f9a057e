import { brotliCompressSync, gzipSync } from 'node:zlib'
import { VirtualClock } from '@spillway/core/testing'
import { describe, expect, test, vi } from 'vitest'
import { FeedFailedError, githubIssues, readFeed, statuspage } from '../../index.ts'
import { found, summary } from '../__fixtures__/bodies.ts'
import { bare, goneServer, json, statusServer } from '../__fixtures__/status-server.ts'

const LIMIT = 64 * 1024
const DEGRADED = summary({ status: { indicator: 'minor', description: 'Slow' }, incidents: [] })

const page = (url: string, options = {}) => statuspage({ url, name: 'page', maxBytes: LIMIT, ...options })

describe('an answer', () => {
  test('is read, and asked for in JSON', async () => {
    const server = await statusServer((response) => json(response, DEGRADED))
    expect(await readFeed(page(server.url))).toMatchObject({ feed: 'page', level: 'degraded' })
    expect(server.asked[0]).toMatchObject({
      url: '/api/v2/summary.json',
      headers: { accept: 'application/json', 'user-agent': 'spillway-monitor' },
    })
  })

  test('that has not changed is not read again', async () => {
    const server = await statusServer((response, question) =>
      question === 0
        ? json(response, DEGRADED, { etag: '"v1"', 'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT' })
        : bare(response, 304),
    )
    const feed = page(server.url)
    const first = await readFeed(feed)
    const second = await readFeed(feed)
    expect(second).toMatchObject({ level: 'degraded', components: first.components })
    expect(server.asked.map(({ headers }) => [headers['if-none-match'], headers['if-modified-since']])).toEqual([
      [undefined, undefined],
      ['"v1"', 'Thu, 01 Jan 2026 00:00:00 GMT'],
    ])
  })

  test('that has changed is, with its new validator', async () => {
    const server = await statusServer((response, question) =>
      json(response, question === 0 ? summary() : DEGRADED, { etag: `"v${question}"` }),
    )
    const feed = page(server.url)
    expect([(await readFeed(feed)).level, (await readFeed(feed)).level, (await readFeed(feed)).level]).toEqual([
      'down',
      'degraded',
      'degraded',
    ])
    expect(server.asked.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"v0"', '"v1"'])
  })

  test('a failure in between does not cost the validator', async () => {
    const server = await statusServer((response, question) =>
      question === 0 ? json(response, DEGRADED, { etag: '"v"' }) : bare(response, question === 1 ? 500 : 304),
    )
    const feed = page(server.url)
    const levels = [await readFeed(feed), await readFeed(feed), await readFeed(feed)].map(({ level }) => level)
    expect(levels).toEqual(['degraded', 'unknown', 'degraded'])
  })

  test('of another question has validators of its own', async () => {
    const clock = new VirtualClock()
    const server = await statusServer((response) => json(response, found(0), { etag: '"v"' }))
    const feed = githubIssues({ url: server.url, repo: 'a/b', query: 'c', clock })
    await readFeed(feed)
    await clock.advance(60_000)
    await readFeed(feed)
    await readFeed(feed)
    expect(server.asked.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, undefined, '"v"'])
  })
})

describe('no answer', () => {
  test.for([
    ['a page', '<!doctype html><p>All Systems Operational', 'it answered with a page'],
    ['nothing', '', 'it answered with nothing'],
    ['garbage', '{"status":', 'it answered with something that is no JSON'],
    ['JSON of another kind', '{"ok":true}', 'it answered with JSON of another kind'],
    ['more than the limit', `"${'x'.repeat(LIMIT)}"`, `it answered with more than ${LIMIT} bytes`],
    ['10,000 levels', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, 'it answered with JSON of another kind'],
  ] as const)('%s is unknown, in words', async ([, body, reason]) => {
    const server = await statusServer((response) => response.end(body))
    const { level, reason: words } = await readFeed(page(server.url))
    expect([level, words]).toEqual(['unknown', expect.stringContaining(reason)])
  })

  test.for([
    [401, 'it answered HTTP 401: it wants a token'],
    [404, 'it answered HTTP 404: there is nothing at this address'],
    [405, 'it answered HTTP 405'],
    [429, 'it answered HTTP 429: it is asked too often'],
    [500, 'it answered HTTP 500'],
    [304, 'it answered HTTP 304: although it was asked for everything'],
  ] as const)('HTTP %i is unknown, in words', async ([status, reason]) => {
    const server = await statusServer((response) => bare(response, status))
    expect(await readFeed(page(server.url))).toMatchObject({ level: 'unknown', reason, errorName: 'FeedFailedError' })
  })

  test('no server is unknown, with the code of the network', async () => {
    expect(await readFeed(page(await goneServer()))).toMatchObject({
      reason: expect.stringMatching(/could not be asked \(E[A-Z_]+\)$/),
    })
  })

  test('a connection cut in the middle of an answer', async () => {
    const server = await statusServer((response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{"status":', () => response.destroy())
    })
    expect((await readFeed(page(server.url))).reason).toMatch(/^its server could not be asked/)
  })

  test.for(['head', 'body', 'drip'] as const)(
    'a server that stands still in its %s is left, and its connection closed',
    async (where) => {
      const server = await statusServer((response) => {
        if (where !== 'head') response.writeHead(200).write('{')
        if (where !== 'drip') return
        const dripping = setInterval(() => response.write(' '), 5)
        response.on('close', () => clearInterval(dripping))
      })
      const clock = new VirtualClock()
      const reading = readFeed(page(server.url), { clock, timeoutMs: 5000 })
      await vi.waitFor(() => expect(server.asked.length).toBe(1))
      await clock.advance(5000)
      expect(await reading).toMatchObject({ level: 'unknown', reason: 'it said nothing for 5000 ms' })
      await server.ended(0)
    },
  )

  test('a body without end is read up to the limit, and its connection closed', async () => {
    const server = await statusServer((response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(' '.repeat(1000)));
      }
      response.on('drain', more)
      more()
    })
    expect((await readFeed(page(server.url))).reason).toContain(`more than ${LIMIT} bytes`)
    await server.ended(0)
  })

  test.for([
    ['gzip', () => gzipSync(Buffer.alloc(256 * 1024 * 1024))],
    ['br', () => brotliCompressSync(Buffer.alloc(64 * 1024 * 1024))],
    ['gzip, gzip', () => gzipSync(gzipSync(Buffer.alloc(256 * 1024 * 1024)))],
  ] as const)('a bomb of %s is read up to the limit and takes no memory', async ([encoding, make]) => {
    const bomb = make()
    const server = await statusServer((response) => response.writeHead(200, { 'content-encoding': encoding }).end(bomb))
    const before = process.memoryUsage().rss
    expect((await readFeed(page(server.url))).reason).toContain(`more than ${LIMIT} bytes`)
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024)
  })
})

test('a failure is a FeedFailedError with its cause', async () => {
  const poll = page(await goneServer()).poll(new AbortController().signal)
  const error = await poll.catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(FeedFailedError)
  expect(error).toMatchObject({
    feed: 'page',
    cause: expect.any(TypeError),
    message: expect.stringContaining('page could not be read: '),
  })
})
