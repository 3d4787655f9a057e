import { VirtualClock } from '@spillway/core/testing'
import { describe, expect, test } from 'vitest'
import { readFeed, githubIssues, statuspage, type FeedReading } from '../../index.ts'
import { found } from '../__fixtures__/bodies.ts'
import { bare, json, statusServer } from '../__fixtures__/status-server.ts'

const page = (url: string, options = {}) => statuspage({ url, name: 'page', ...options })

describe('a server that wants to be left alone', () => {
  /** What the feed does over time, second by second as the server sees it. */
  const asked = async (
    status: number,
    headers: Record<string, string>,
    waits: readonly number[],
  ): Promise<{ counts: number[]; readings: FeedReading[] }> => {
    const server = await statusServer((response) => bare(response, status, headers))
    const clock = new VirtualClock(Date.UTC(2026, 0, 1))
    const feed = page(server.url, { clock })
    const counts: number[] = []
    const readings: FeedReading[] = []
    for (const ms of [0, ...waits]) {
      await clock.advance(ms)
      readings.push(await readFeed(feed, { clock }))
      counts.push(server.asked.length)
    }
    return { counts, readings }
  }

  test.for<[string, number, Record<string, string>, number]>([
    ['Retry-After in seconds', 429, { 'retry-after': '300' }, 300_000],
    [
      'Retry-After as a date, by its own clock',
      503,
      { date: 'Fri, 02 Jan 2026 10:00:00 GMT', 'retry-after': 'Fri, 02 Jan 2026 10:05:00 GMT' },
      300_000,
    ],
    [
      'a spent quota of GitHub',
      403,
      {
        date: 'Thu, 01 Jan 2026 00:00:00 GMT',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(Date.UTC(2026, 0, 1, 0, 5) / 1000),
      },
      300_000,
    ],
    ['a refusal without a time', 403, {}, 60_000],
    ['a Retry-After of a year', 429, { 'retry-after': '31536000' }, 86_400_000],
    ['a Retry-After that is none', 429, { 'retry-after': 'soon, 1e9' }, 60_000],
  ])('by %s is not asked before', async ([, status, headers, waitMs]) => {
    const { counts, readings } = await asked(status, headers, [waitMs - 1, 1])
    expect(counts).toEqual([1, 1, 2])
    expect(readings[1]?.reason).toBe('its server asks to be left alone for another 1 s')
  })

  test('refusals without a time double the wait up to an hour, and an answer ends that', async () => {
    const minutes = (count: number): number[] => Array.from({ length: count }, () => 60_000)
    const { counts } = await asked(429, {}, minutes(200))
    const times = counts.flatMap((count, minute) => (count === counts[minute - 1] ? [] : minute))
    expect(times).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183])
  })

  test('the last search of a quota is answered, and the next waits for the reset', async () => {
    const clock = new VirtualClock(Date.UTC(2026, 0, 1))
    const server = await statusServer((response) =>
      json(response, found(9), {
        date: 'Thu, 01 Jan 2026 00:00:00 GMT',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(Date.UTC(2026, 0, 1, 0, 1) / 1000),
      }),
    )
    const feed = githubIssues({ url: server.url, repo: 'a/b', query: 'c', clock })
    const first = await readFeed(feed, { clock })
    const early = await readFeed(feed, { clock, previous: first })
    expect([first.level, early.level, early.components, server.asked.length]).toEqual([
      'degraded',
      'unknown',
      first.components,
      1,
    ])
    await clock.advance(60_000)
    expect((await readFeed(feed, { clock })).level).toBe('degraded')
  })

  test('the error says how long', async () => {
    const server = await statusServer((response) => bare(response, 429, { 'retry-after': '7' }))
    const poll = page(server.url).poll(new AbortController().signal)
    await expect(poll).rejects.toMatchObject({
      code: 'ERR_SPILLWAY_FEED_FAILED',
      retryAfterMs: expect.closeTo(7000, -3),
    })
  })
})
