import { describe, expect, test } from 'vitest'
import { VirtualClock } from '@spillway/core/testing'
import { readFeed, statusGator, type FeedReading } from '../index.ts'
import { monitors } from './__fixtures__/bodies.ts'
import { bare, json, statusServer } from './__fixtures__/status-server.ts'

const saying = (body: unknown) => ({ fetch: async () => Response.json(body) })
const TOKEN = 'canary-4711'

describe('statusGator', () => {
  const board = async (body: unknown, monitor?: string): Promise<FeedReading> =>
    readFeed(statusGator({ token: TOKEN, board: 'b1', ...saying(body), ...(monitor && { monitor }) }))

  test('all monitors that are not paused', async () => {
    const { components } = await board(monitors())
    expect(components).toEqual([
      { component: 'OpenAI', level: 'degraded', title: 'Elevated Error Rate' },
      { component: 'Anthropic', level: 'operational' },
      { component: 'Relay', level: 'down', title: 'down' },
    ])
  })

  test.for([
    ['UIMPLWZg9D', 'degraded', 'Elevated Error Rate'],
    ['openai', 'degraded', 'Elevated Error Rate'],
    ['Old', 'unknown', 'The monitor is paused'],
    ['Gone', 'unknown', 'There is no monitor Gone on the board'],
  ] as const)('the monitor %s is %s', async ([monitor, level, title]) => {
    expect((await board(monitors(), monitor)).components).toMatchObject([{ level, title }])
  })

  test('maintenance is degraded, and a word of another kind unknown', async () => {
    const data = [{ id: 'm', display_name: 'M', filtered_status: 'maintenance' }]
    expect((await board(monitors({ data }))).level).toBe('degraded')
    expect((await board(monitors({ data: [{ id: 'm', filtered_status: 'sideways' }] }))).level).toBe('unknown')
  })

  test('sends its token as a header, and asks for the board as one part of the path', async () => {
    const asked: [string, unknown][] = []
    const fetch = async (url: unknown, init?: RequestInit): Promise<Response> => {
      asked.push([String(url), new Headers(init?.headers).get('authorization')])
      return Response.json(monitors())
    }
    await readFeed(statusGator({ token: TOKEN, board: 'a/../b', fetch }))
    expect(asked).toEqual([['https://statusgator.com/api/v3/boards/a%2F..%2Fb/monitors', `Bearer ${TOKEN}`]])
  })
})

describe('a board of several pages', () => {
  /** As many pages, with one monitor each: `m1` on the first. */
  const board = (pages: number, levels: Readonly<Record<number, string>> = {}) =>
    statusServer((response, question) => {
      const page = question + 1
      const data = [{ id: `m${page}`, display_name: `Monitor ${page}`, filtered_status: levels[page] ?? 'up' }]
      const pagination = { current_page: page, total_pages: pages, next_page: page < pages ? page + 1 : null }
      json(response, monitors({ data, pagination }), { etag: '"of-the-first"' })
    })
  const feed = (url: string, more = {}) => statusGator({ token: TOKEN, board: 'b1', url, ...more })

  test('is read to its end, and each time anew', async () => {
    const server = await board(3, { 3: 'down' })
    const gator = feed(server.url)
    const { level, components } = await readFeed(gator)
    expect([level, components.map(({ component }) => component)]).toEqual([
      'down',
      ['Monitor 1', 'Monitor 2', 'Monitor 3'],
    ])
    await readFeed(gator)
    expect(server.asked.slice(0, 4).map(({ url }) => url)).toEqual([
      '/boards/b1/monitors',
      '/boards/b1/monitors?page=2',
      '/boards/b1/monitors?page=3',
      '/boards/b1/monitors',
    ])
    expect(server.asked.map(({ headers }) => headers['if-none-match'])).not.toContain('"of-the-first"')
    expect(new Set(server.asked.map(({ headers }) => headers.authorization))).toEqual(new Set([`Bearer ${TOKEN}`]))
  })

  test('is read as far as the monitor that is wanted, and to the end where it is not there', async () => {
    const server = await board(3, { 2: 'warn' })
    expect((await readFeed(feed(server.url, { monitor: 'monitor 2' }))).level).toBe('degraded')
    expect(server.asked.length).toBe(2)
    const other = await board(3)
    expect((await readFeed(feed(other.url, { monitor: 'gone' }))).level).toBe('unknown')
    expect(other.asked.length).toBe(3)
  })

  test('that never ends is unknown, and nobody is asked for ever', async () => {
    const server = await board(Infinity)
    const endless = feed(server.url)
    expect(await readFeed(endless)).toMatchObject({ level: 'unknown', reason: 'it has more than 10 pages' })
    expect(server.asked.length).toBe(10)
  })

  test('whose second page fails is unknown as a whole', async () => {
    const server = await statusServer((response, question) =>
      question === 0
        ? json(response, monitors({ pagination: { current_page: 1, total_pages: 2, next_page: 2 } }))
        : bare(response, 500),
    )
    expect(await readFeed(feed(server.url))).toMatchObject({ level: 'unknown', reason: 'it answered HTTP 500' })
  })
})

describe('a board that cannot be read', () => {
  test.for<[string, number, Record<string, string>, string, string]>([
    ['a token that is not accepted', 401, {}, '{"success":false}', 'it answered HTTP 401: the token is not accepted'],
    ['too many questions', 429, { 'retry-after': '90' }, '', 'it answered HTTP 429: it is asked too often'],
    ['a page', 200, {}, '<html>Maintenance', 'it answered with a page instead of what it is known for'],
    ['half a body', 200, {}, '{"success":true,"da', 'it answered with something that is no JSON instead of'],
    ['a refusal with HTTP 200', 200, {}, '{"success":false}', 'it answered with JSON of another kind instead of'],
  ])('for %s is unknown and keeps what it said before, with its time', async ([, status, headers, body, reason]) => {
    const server = await statusServer((response, question) =>
      question === 0 ? json(response, monitors()) : void response.writeHead(status, headers).end(body),
    )
    const clock = new VirtualClock(Date.UTC(2026, 0, 1))
    const gator = statusGator({ token: TOKEN, board: 'b1', url: server.url, clock })
    const before = await readFeed(gator, { clock })
    await clock.advance(300_000)
    const after = await readFeed(gator, { clock, previous: before })
    expect(after).toMatchObject({
      level: 'unknown',
      components: before.components,
      reason: expect.stringContaining(reason),
    })
    expect([before.level, clock.wallTime() - (after.fetchedAt ?? 0)]).toEqual(['down', 300_000])
    expect(JSON.stringify(after)).not.toContain(TOKEN)
    if (status !== 429) return
    const early = await readFeed(gator, { clock, previous: after })
    expect([early.reason, server.asked.length]).toEqual(['its server asks to be left alone for another 90 s', 2])
    await clock.advance(90_000)
    await readFeed(gator, { clock, previous: early })
    expect(server.asked.length).toBe(3)
  })
})
