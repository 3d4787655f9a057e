import { VirtualClock } from '@spillway/core/testing'
import { describe, expect, test } from 'vitest'
import { readFeed, type FeedReading, type StatusFeed } from '../index.ts'

const feed = (poll: StatusFeed['poll']): StatusFeed => ({ name: 'page', poll })
const clock = new VirtualClock()

describe('a feed that answers', () => {
  test('is as bad as the worst of its components', async () => {
    const page = feed(async () => ({
      components: [
        { component: 'chat', level: 'operational' },
        { component: 'images', level: 'degraded', since: 5, title: 'Slow images', link: 'https://status.test/1' },
        { component: 'files', level: 'unknown' },
      ],
    }))
    const reading = await readFeed(page, { clock })
    expect(reading).toMatchObject({ feed: 'page', level: 'degraded', fetchedAt: clock.wallTime() })
    expect(reading.components[1]).toEqual({
      component: 'images',
      level: 'degraded',
      since: 5,
      title: 'Slow images',
      link: 'https://status.test/1',
    })
  })

  test('about nothing is unknown', async () => {
    expect(await readFeed(feed(async () => ({ components: [] })))).toMatchObject({ level: 'unknown', components: [] })
  })

  test('in strange words loses them', async () => {
    const strange = {
      component: 'a\u001B[2Jb\nc',
      level: 'on fire',
      since: Number.NaN,
      title: `x\u202E${'y'.repeat(9999)}`,
      link: 'javascript:alert(1)',
    }
    const { components, level } = await readFeed(feed(async () => ({ components: [strange as never] })))
    expect(level).toBe('unknown')
    expect(components).toEqual([
      { component: 'a [2Jb c', level: 'unknown', title: expect.stringMatching(/^x y{298}$/) },
    ])
  })
})

describe('a feed that fails', () => {
  test.each<[string, StatusFeed['poll']]>([
    ['TypeError', () => Promise.reject(new TypeError('secret'))],
    ['string', () => Promise.reject('secret')],
    [
      'RangeError',
      () => {
        throw new RangeError('secret')
      },
    ],
    ['TypeError', async () => undefined as never],
    ['TypeError', async () => ({ components: 'all' }) as never],
    ['TypeError', async () => ({ components: [null] }) as never],
  ])('with a %s is unknown, and keeps what it said', async (errorName, poll) => {
    const previous: FeedReading = {
      feed: 'page',
      level: 'down',
      components: [{ component: 'images', level: 'down' }],
      fetchedAt: 7,
    }
    const reading = await readFeed(feed(poll), { previous })
    const reason = `its poll failed with a ${errorName}`
    expect(reading).toEqual({ ...previous, level: 'unknown', errorName, reason })
    expect(JSON.stringify(reading)).not.toContain('secret')
  })

  test('to say anything is left after its limit, and told so', async () => {
    const time = new VirtualClock()
    let told: AbortSignal | undefined
    const deaf = feed((signal) => {
      told = signal
      return new Promise(() => {})
    })
    const reading = readFeed(deaf, { clock: time, timeoutMs: 500 })
    await time.advance(500)
    expect(await reading).toEqual({
      feed: 'page',
      level: 'unknown',
      components: [],
      errorName: 'TimeoutError',
      reason: 'it said nothing for 500 ms',
    })
    expect(told?.aborted).toBe(true)
  })

  test('is left at once where nobody wants it any more', async () => {
    const reading = await readFeed(
      feed(() => new Promise(() => {})),
      { signal: AbortSignal.abort() },
    )
    expect(reading).toMatchObject({ level: 'unknown', errorName: 'AbortError' })
  })
})
