import { VirtualClock } from '@spillway/core/testing'
import { describe, expect, test } from 'vitest'
import { readFeed, githubIssues, type FeedReading } from '../index.ts'
import { found } from './__fixtures__/bodies.ts'

const saying = (body: unknown) => ({ fetch: async () => Response.json(body) })

describe('githubIssues', () => {
  const options = { repo: 'googleapis/js-genai', query: 'overloaded' }
  const issues = async (total: number, isWhole = true): Promise<FeedReading> =>
    readFeed(githubIssues({ ...options, ...saying(found(total, isWhole)) }))

  test.for([
    [0, true, 'operational', undefined],
    [4, true, 'operational', '4 new issues in 60 minutes'],
    [5, true, 'degraded', '5 new issues in 60 minutes'],
    [4711, true, 'degraded', '4711 new issues in 60 minutes'],
    [5, false, 'degraded', '5 new issues in 60 minutes'],
    [4, false, 'unknown', 'GitHub did not search to the end'],
  ] as const)('%i of them, all seen: %s, is %s and never down', async ([total, isWhole, level, title]) => {
    const { components } = await issues(total, isWhole)
    expect(components[0]).toMatchObject({ component: 'googleapis/js-genai', level })
    expect(components[0]?.title).toBe(title)
  })

  test('asks for those of the last hour, in whole minutes', async () => {
    const asked: URL[] = []
    const fetch = async (url: unknown): Promise<Response> => {
      asked.push(new URL(String(url)))
      return Response.json(found(0))
    }
    const clock = new VirtualClock(Date.UTC(2026, 0, 1, 12, 30, 45))
    const query = '"503 & more" in:title'
    await readFeed(githubIssues({ repo: options.repo, query, clock, fetch }))
    expect(asked[0]?.searchParams.get('q')).toBe(
      'repo:googleapis/js-genai is:issue created:>=2026-01-01T11:30:00Z "503 & more" in:title',
    )
    expect(asked[0]?.origin).toBe('https://api.github.com')
  })
})
