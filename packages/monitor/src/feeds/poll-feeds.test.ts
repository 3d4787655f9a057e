import { seededRandom, VirtualClock } from '@spillway/core/testing'
import { describe, expect, test } from 'vitest'
import { pollFeeds, statusFeed, type FeedReading, type StatusFeed } from '../index.ts'

/** A feed that notes when it is asked. */
const noting = (clock: VirtualClock, times: number[], name = 'page'): StatusFeed =>
  statusFeed(name, async () => {
    times.push(clock.now())
    return 'operational'
  })

describe('feeds are asked', () => {
  test('at once, and then never sooner than they should be, nor in step', async () => {
    const clock = new VirtualClock()
    const times: number[] = []
    const poller = pollFeeds([noting(clock, times)], { clock, everyMs: 60_000, random: seededRandom(7) })
    await clock.advance(3_600_000)
    const gaps = times.slice(1).map((time, i) => time - (times[i] as number))
    expect(times[0]).toBe(0)
    expect(gaps.length).toBeGreaterThan(45)
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(60_000)
    expect(Math.max(...gaps)).toBeLessThanOrEqual(75_000)
    expect(new Set(gaps).size).toBeGreaterThan(40)
    poller.dispose()
  })

  test('each for itself: one that hangs holds up no other', async () => {
    const clock = new VirtualClock()
    const times: number[] = []
    const deaf: StatusFeed = { name: 'deaf', poll: () => new Promise(() => {}) }
    const poller = pollFeeds([deaf, noting(clock, times)], { clock, everyMs: 60_000, timeoutMs: 5000, random: () => 0 })
    await clock.advance(120_000)
    expect(times).toEqual([0, 60_000, 120_000])
    expect(poller.readings).toMatchObject([
      { feed: 'deaf', level: 'unknown', reason: 'it said nothing for 5000 ms' },
      { feed: 'page', level: 'operational' },
    ])
    poller.dispose()
  })

  test('no more after dispose, and what is under way is ended', async () => {
    const clock = new VirtualClock()
    let ended = false
    const slow: StatusFeed = {
      name: 'slow',
      poll: (signal) => new Promise(() => signal.addEventListener('abort', () => (ended = true))),
    }
    const times: number[] = []
    const poller = pollFeeds([slow, noting(clock, times)], { clock })
    await clock.advance(0)
    poller.dispose()
    await clock.advance(3_600_000)
    expect([ended, times, clock.pending]).toEqual([true, [0], 0])
  })

  test('without keeping the process alive between two polls', async () => {
    const clock = new VirtualClock()
    const poller = pollFeeds([noting(clock, [])], { clock })
    await clock.advance(0)
    expect(clock.pending).toBe(0)
    poller.dispose()
  })
})

describe('what is known of a feed', () => {
  test('is nothing before its first answer', () => {
    const poller = pollFeeds([statusFeed('page', () => new Promise(() => {}))], { clock: new VirtualClock() })
    expect(poller.readings).toEqual([{ feed: 'page', level: 'unknown', components: [] }])
    poller.dispose()
  })

  test('is unknown while it fails, with what it said before and when', async () => {
    const clock = new VirtualClock()
    const heard: FeedReading[] = []
    let polls = 0
    const feed = statusFeed('page', async () => {
      if (++polls === 2) throw new Error('secret')
      return 'degraded'
    })
    const poller = pollFeeds([feed], { clock, random: () => 0, onReading: (reading) => heard.push(reading) })
    await clock.advance(120_000)
    const components = [{ component: 'page', level: 'degraded' }]
    expect(poller.readings).toEqual([
      {
        feed: 'page',
        level: 'unknown',
        components,
        fetchedAt: clock.wallTime() - 120_000,
        errorName: 'Error',
        reason: 'its poll failed with a Error',
      },
    ])
    await clock.advance(120_000)
    expect(poller.readings).toEqual([{ feed: 'page', level: 'degraded', components, fetchedAt: clock.wallTime() }])
    expect(heard.map(({ level }) => level)).toEqual(['degraded', 'unknown', 'degraded'])
    poller.dispose()
  })

  test('is nothing any more where it is too old, as after a suspended machine', async () => {
    const clock = new VirtualClock()
    let suspended = 0
    const jumping = {
      now: () => clock.now(),
      setTimer: clock.setTimer.bind(clock),
      wallTime: () => clock.wallTime() + suspended,
    }
    const poller = pollFeeds([statusFeed('page', async () => 'down')], { clock: jumping, staleAfterMs: 400_000 })
    await clock.advance(0)
    suspended = 400_000
    expect(poller.readings[0]?.level).toBe('down')
    suspended++
    expect(poller.readings[0]).toMatchObject({ level: 'unknown', components: [{ level: 'down' }] })
    poller.dispose()
  })
})

test('a listener that throws is warned of, and the feeds are asked on', async () => {
  const clock = new VirtualClock()
  const times: number[] = []
  const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
  const onReading = (): never => {
    throw new TypeError('secret')
  }
  const poller = pollFeeds([noting(clock, times)], { clock, onReading, random: () => 0 })
  await clock.advance(120_000)
  poller.dispose()
  expect(times).toEqual([0, 120_000])
  expect(String(await warned)).toBe(
    'SpillwayWarning: onReading of pollFeeds has thrown a TypeError. The feeds are asked on.',
  )
})

test.for<[string, () => unknown]>([
  ['pollFeeds.everyMs', () => pollFeeds([], { everyMs: 1000 })],
  ['pollFeeds.timeoutMs', () => pollFeeds([], { timeoutMs: 0 })],
  ['pollFeeds.staleAfterMs', () => pollFeeds([], { everyMs: 60_000, staleAfterMs: 59_999 })],
  ['pollFeeds.interval', () => pollFeeds([], { interval: 1 } as never)],
  ['pollFeeds.onReading', () => pollFeeds([], { onReading: 'log' as never })],
  ['pollFeeds.feeds[0]', () => pollFeeds([{ name: 'x' } as never])],
  [
    'pollFeeds.feeds[1].name',
    () => pollFeeds([statusFeed('a', async () => 'down'), statusFeed('a', async () => 'down')]),
  ],
])('%s is checked before anything is asked', ([option, make]) => {
  expect(make).toThrow(expect.objectContaining({ code: 'ERR_SPILLWAY_INVALID_OPTIONS', option }))
})
