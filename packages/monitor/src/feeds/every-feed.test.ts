import { describe, expect, test } from 'vitest'
import {
  FeedFailedError,
  githubIssues,
  googleCloudStatus,
  readFeed,
  statusFeed,
  statusGator,
  statuspage,
  type StatusFeed,
} from '../index.ts'
import { cloudIncident, summary } from './__fixtures__/bodies.ts'

const saying = (body: unknown) => ({ fetch: async () => Response.json(body) })
const TOKEN = 'canary-4711'

describe('statusFeed', () => {
  test('gives what its function gives', async () => {
    expect(await readFeed(statusFeed('relay', async () => 'down'))).toMatchObject({
      feed: 'relay',
      components: [{ component: 'relay', level: 'down' }],
    })
    const report = { components: [{ component: 'a', level: 'degraded' as const }] }
    expect((await readFeed(statusFeed('relay', async () => report))).components).toEqual(report.components)
    expect((await readFeed(statusFeed('relay', async () => 'purple' as never))).level).toBe('unknown')
  })

  test('is unknown where its function throws', async () => {
    const broken = statusFeed('relay', async () => {
      throw new TypeError(TOKEN)
    })
    expect(await readFeed(broken)).toMatchObject({ level: 'unknown', reason: 'its poll failed with a TypeError' })
  })
})

describe('what is not of the schema', () => {
  const feeds: Record<string, (body: unknown) => StatusFeed> = {
    googleCloudStatus: (body) => googleCloudStatus(saying(body)),
    statuspage: (body) => statuspage({ url: 'https://status.example.com', component: 'API', ...saying(body) }),
    statusGator: (body) => statusGator({ token: TOKEN, board: 'b1', ...saying(body) }),
    githubIssues: (body) => githubIssues({ repo: 'a/b', query: 'c', ...saying(body) }),
  }
  const strange = {
    null: null,
    number: 7,
    text: 'all is well',
    'empty object': {},
    'list of numbers': [1, 2],
    'list of others': [{ a: 1 }],
    'null inside': { status: null, components: null, success: true, data: null, total_count: null },
    'wrong types inside': { status: { indicator: 7 }, components: 'all', success: 'yes', data: {}, total_count: '12' },
    'own __proto__': JSON.parse(
      '{"__proto__":{"status":{"indicator":"none"},"success":true,"data":[],"total_count":0}}',
    ),
  }
  test.for(Object.keys(feeds).flatMap((feed) => Object.keys(strange).map((body) => [feed, body] as const)))(
    '%s: %s is unknown, in words',
    async ([feed, body]) => {
      const polled = (feeds[feed] as (body: unknown) => StatusFeed)(strange[body as keyof typeof strange])
      await expect(polled.poll(new AbortController().signal)).rejects.toThrow(FeedFailedError)
      const { level, reason } = await readFeed(polled)
      expect([level, reason]).toEqual([
        'unknown',
        'it answered with JSON of another kind instead of what it is known for',
      ])
    },
  )

  test('fields of strange types are left out', async () => {
    const incident = cloudIncident({
      external_desc: 7,
      uri: {},
      most_recent_update: 'now',
      affected_products: [{ id: 'Z0FZJAMvEB4j3NbCJs6B', title: [] }, null, 7],
    })
    expect((await readFeed(googleCloudStatus(saying([incident, null, 'x'])))).components).toEqual([
      {
        component: 'Vertex Gemini API',
        level: 'degraded',
        since: Date.UTC(2026, 0, 1, 8, 30),
        title: 'An incident without a title',
      },
    ])
    const body = summary({
      page: 7,
      components: [null, { id: 7, name: [] }],
      incidents: {},
      status: { indicator: 'minor' },
    })
    expect((await readFeed(statuspage({ url: 'https://a.example.com', ...saying(body) }))).components).toEqual([
      { component: 'the whole page', level: 'degraded' },
    ])
  })
})

describe('options', () => {
  const repo = 'a/b'
  const query = 'c'
  test.for<[string, () => unknown]>([
    ['statuspage.url', () => statuspage({ url: 'status.example.com' })],
    ['statuspage.url', () => statuspage({ url: 'file:///etc/passwd' })],
    ['statuspage.url', () => statuspage({ url: 'https://me:canary-4711@status.example.com' })],
    ['statuspage.component', () => statuspage({ url: 'https://a.example.com', component: [] })],
    ['statuspage.colour', () => statuspage({ url: 'https://a.example.com', colour: 'red' } as never)],
    ['statuspage.maxBytes', () => statuspage({ url: 'https://a.example.com', maxBytes: 10 })],
    ['googleCloudStatus.product[0]', () => googleCloudStatus({ product: '' })],
    ['googleCloudStatus.locations[1]', () => googleCloudStatus({ locations: ['a', 7 as never] })],
    ['googleCloudStatus.name', () => googleCloudStatus({ name: '' })],
    ['statusGator.name', () => statusGator({ token: TOKEN, board: 'b', name: 7 as never })],
    ['githubIssues.name', () => githubIssues({ repo, query, name: '' })],
    ['googleCloudStatus.fetch', () => googleCloudStatus({ fetch: 'curl' as never })],
    ['statusGator.token', () => statusGator({ board: 'b' } as never)],
    ['statusGator.token', () => statusGator({ token: `${TOKEN}\n`, board: 'b' })],
    ['statusGator.url', () => statusGator({ token: TOKEN, board: 'b', url: 'http://gator.example.com' })],
    ['githubIssues.repo', () => githubIssues({ repo: 'genai', query })],
    ['githubIssues.query', () => githubIssues({ repo, query: ' ' })],
    ['githubIssues.burst', () => githubIssues({ repo, query, burst: 0 })],
    ['githubIssues.windowMs', () => githubIssues({ repo, query, windowMs: 5 })],
    ['statusFeed.ask', () => statusFeed('relay', 'up' as never)],
    ['statusFeed.name', () => statusFeed('', async () => 'operational')],
  ])('%s is checked before anything is asked', ([option, make]) => {
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_SPILLWAY_INVALID_OPTIONS', option }))
    expect(make).not.toThrow(TOKEN)
  })
})
