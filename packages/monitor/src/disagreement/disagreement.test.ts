import { describe, expect, test } from 'vitest'
import { healthOf } from '../__fixtures__/snapshot.ts'
import type { FeedReading, StatusLevel, EndpointHealth } from '../index.ts'
import { DisagreementWatch, type CoveringFeed } from './disagreement.ts'
import { inWords } from './sentence.ts'

const MINUTE = 60_000
const says = (level: StatusLevel, some: Partial<FeedReading> = {}): CoveringFeed => ({
  reading: { feed: 'page', level, components: [], ...some },
  covers: () => true,
})
const refused = healthOf({ level: 'overloaded', successRatio: 0.29, overloadedRatio: 0.71, troubleRatio: 0.71 })

const after = (minutes: number, health: EndpointHealth, feed: CoveringFeed) => {
  const watch = new DisagreementWatch(5 * MINUTE)
  watch.look([health], [feed], 0)
  return watch.look([health], [feed], minutes * MINUTE)
}

describe('calls and a page disagree', () => {
  test.each<[string, EndpointHealth, CoveringFeed, string]>([
    [
      'green, and calls are refused',
      refused,
      says('operational'),
      'page says operational; 71 % of our attempts at official, painter were refused for 9 minutes',
    ],
    [
      'green, and calls fail',
      healthOf({
        level: 'down',
        successRatio: 0.01,
        overloadedRatio: 0.1,
        troubleRatio: 0.99,
        model: undefined as never,
      }),
      says('operational'),
      'page says operational; 99 % of our attempts at official were not answered for 9 minutes',
    ],
    [
      'down, and calls are answered',
      healthOf({ successRatio: 0.98 }),
      says('down', { components: [{ component: 'images', level: 'down', title: 'All is lost' }] }),
      'page says down (All is lost) for 9 minutes; 98 % of our last 100 attempts at official, painter were answered',
    ],
  ])('%s', (_, health, feed, sentence) => {
    const { found, current } = after(9, health, feed)
    expect(found.map((each) => each.sentence)).toEqual([sentence])
    expect(current).toEqual(found)
    expect(after(4, health, feed).found).toEqual([])
  })
})

describe('they do not where', () => {
  test.each<[string, EndpointHealth, CoveringFeed]>([
    ['both say that all is well', healthOf(), says('operational')],
    ['both say that it is not', refused, says('degraded')],
    ['the feed says nothing', refused, says('unknown')],
    ['nobody has called', { ...refused, attempts: 0 }, says('operational')],
    ['nobody has called a page that is down', healthOf({ attempts: 0 }), says('down')],
    [
      'it is our key that is refused',
      healthOf({ level: 'down', successRatio: 0, troubleRatio: 0.1 }),
      says('operational'),
    ],
    ['some calls fail', healthOf({ level: 'degraded', troubleRatio: 0.2 }), says('operational')],
    ['the feed speaks of something else', refused, { ...says('operational'), covers: () => false }],
  ])('%s', (_, health, feed) => {
    expect(after(60, health, feed).current).toEqual([])
  })
})

test('is said once, goes on being there, and ends', () => {
  const watch = new DisagreementWatch(5 * MINUTE)
  const look = (minute: number, health = refused) => watch.look([health], [says('operational')], minute * MINUTE)
  look(0)
  expect(look(5).found).toHaveLength(1)
  expect(look(6)).toMatchObject({ found: [], current: [{ since: 0 }], ended: [] })
  expect(look(7, healthOf())).toMatchObject({ current: [], ended: [{ feed: 'page', worse: 'calls', since: 0 }] })
  look(8)
  expect(look(12).current).toEqual([])
  expect(look(13).found).toMatchObject([{ since: 8 * MINUTE }])
})

test('a length of time is told in the largest unit of which there are two', () => {
  const S = 1000
  expect([0, S, 40 * S, 119 * S, 540 * S, 5400 * S, 7200 * S, 180_000 * S].map(inWords)).toEqual([
    '0 seconds',
    '1 second',
    '40 seconds',
    '119 seconds',
    '9 minutes',
    '90 minutes',
    '2 hours',
    '2 days',
  ])
})
