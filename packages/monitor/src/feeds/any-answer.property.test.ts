import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import {
  FeedFailedError,
  githubIssues,
  googleCloudStatus,
  readFeed,
  STATUS_LEVELS,
  statusGator,
  statuspage,
  type StatusFeed,
} from '../index.ts'
import { cloudIncident, found, monitors, summary } from './__fixtures__/bodies.ts'

const PRODUCT = 'Z0FZJAMvEB4j3NbCJs6B'

const FEEDS: Readonly<Record<string, (fetch: () => Promise<Response>) => StatusFeed>> = {
  googleCloudStatus: (fetch) => googleCloudStatus({ product: [PRODUCT, 'another'], locations: ['us-central1'], fetch }),
  statuspage: (fetch) => statuspage({ url: 'https://status.example.com', component: ['k8w3r06qmzrp', 'Gone'], fetch }),
  'statuspage as a whole': (fetch) => statuspage({ url: 'https://status.example.com', fetch }),
  statusGator: (fetch) => statusGator({ token: 'a-token', board: 'b1', fetch }),
  githubIssues: (fetch) => githubIssues({ repo: 'a/b', query: 'c', fetch }),
}

/** A body of a real form in which anything has been replaced by anything. */
const spoilt = (body: unknown): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 1, arbitrary: fc.jsonValue() },
    {
      weight: 6,
      arbitrary: Array.isArray(body)
        ? fc.tuple(...body.map(spoilt))
        : typeof body === 'object' && body !== null
          ? fc.record(Object.fromEntries(Object.entries(body).map(([name, value]) => [name, spoilt(value)])), {
              requiredKeys: [],
            })
          : fc.constant(body),
    },
  )

const bodies = fc.oneof(...[[cloudIncident()], summary(), monitors(), found(7)].map(spoilt))

describe.each(Object.entries(FEEDS))('%s, whatever it is answered', (_, make) => {
  test.prop([bodies], { numRuns: 300 })('says what it may say, or fails in words', async (body) => {
    const feed = make(async () => Response.json(body))
    const report = await feed.poll(new AbortController().signal).catch((error: unknown) => {
      expect(error).toBeInstanceOf(FeedFailedError)
    })
    const { level, components, reason } = await readFeed(feed)
    expect(STATUS_LEVELS).toContain(level)
    expect(reason === undefined).toBe(report !== undefined)
    for (const { component, level: own, title } of components) {
      expect(STATUS_LEVELS).toContain(own)
      expect(`${component}${title ?? ''}`).not.toMatch(/[\p{Cc}\u2028]/u)
      if (feed.name === 'github-issues') expect(own).not.toBe('down')
    }
  })
})
