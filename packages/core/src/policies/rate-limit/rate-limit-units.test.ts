import { fc, test as prop } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import {
  createContextKey,
  failure,
  pipeline,
  rateLimit,
  timeout,
  type RateLimitOptions,
  type Verdict,
} from '../../index.ts'
import { recordEvents, scriptedOperation, VirtualClock } from '../../testing.ts'

const tokens = createContextKey('tokens', 0)
const MINUTE = 60_000
const HOUR = 60 * MINUTE

const setup = (options: RateLimitOptions, epoch?: number) => {
  const clock = new VirtualClock(epoch)
  const calls = pipeline([timeout({ totalMs: 72 * HOUR }), rateLimit(options)], { clock, check: false })
  return { clock, calls }
}
const times = (operation: { readonly started: readonly { readonly at: number }[] }): number[] =>
  operation.started.map(({ at }) => at)

describe('rateLimit, quotas', () => {
  test('of several units hold at once, each by its own cost', async () => {
    const { clock, calls } = setup({
      quotas: [{ permits: 3 }, { unit: 'tokens', permits: 100, per: 'minute' }],
      cost: (context) => ({ tokens: context.get(tokens) }),
      order: 'fifo',
    })
    const operation = scriptedOperation([{ value: 1 }])
    for (const cost of [60, 40, 0, 30, 100]) void calls.execute(operation, { values: [[tokens, cost]] })
    await clock.advance(5 * MINUTE)
    // The third request uses up the requests of the minute, the fourth the tokens of the next.
    expect(times(operation)).toEqual([0, 0, 0, MINUTE, 2 * MINUTE])
  })

  test('of a day are whole again at the hour of the provider’s time zone', async () => {
    const { clock, calls } = setup(
      { quotas: [{ permits: 1, per: 'day', resetAt: { hour: 0, timeZone: 'America/Los_Angeles' } }] },
      Date.UTC(2026, 2, 7, 20),
    )
    const operation = scriptedOperation([{ value: 1 }])
    for (let i = 0; i < 3; i++) void calls.execute(operation)
    await clock.advance(60 * HOUR)
    // Midnight is at 08:00 UTC, and at 07:00 after the clocks went forward in that night.
    expect(times(operation)).toEqual([0, 12 * HOUR, 35 * HOUR])
    expect(clock.pending).toBe(0)
  })

  test('of images count those that are made, or may be: a request that is refused and not billed has made none', async () => {
    const { clock, calls } = setup({
      quotas: [{ unit: 'images', permits: 3, per: 'day' }, { permits: 100 }],
      cost: () => ({ images: 1 }),
    })
    const refused = { error: { kind: 'overloaded', billed: 'no' } }
    const lost = { error: { kind: 'transient', billed: 'unknown' } }
    const classifier = { error: (thrown: unknown) => thrown as Verdict }
    const operation = scriptedOperation([refused, refused, lost, { value: 1 }, refused, { value: 1 }, { value: 1 }])
    for (let i = 0; i < 7; i++) void calls.execute(operation, { classifier }).catch(() => undefined)
    await clock.advance(HOUR)
    // One may have been made and two were: the seventh waits for tomorrow.
    expect(times(operation)).toHaveLength(6)
    await clock.advance(24 * HOUR)
    expect(times(operation)).toHaveLength(7)
  })

  test('that are smooth let one go each share of the period, after a pause a few at once', async () => {
    const { clock, calls } = setup({ quotas: [{ permits: 30, pace: 'smooth' }] })
    const operation = scriptedOperation([{ value: 1 }])
    for (let i = 0; i < 6; i++) void calls.execute(operation)
    await clock.advance(MINUTE)
    expect(times(operation)).toEqual([0, 0, 0, 2000, 4000, 6000])
  })

  test('what was used beyond the estimate is owed: the next call waits for it', async () => {
    const { clock, calls } = setup({
      quotas: [{ unit: 'tokens', permits: 100, periodMs: 1000 }],
      cost: () => ({ tokens: 50 }),
      actualCost: (outcome) => (outcome.ok ? { tokens: outcome.value as number } : undefined),
    })
    await calls.execute(async () => 250)
    const next = scriptedOperation([{ value: 50 }])
    void calls.execute(next)
    await clock.advance(10_000)
    expect(times(next)).toEqual([2000])
  })

  test('what was estimated too high comes back when the answer is there', async () => {
    const { clock, calls } = setup({
      quotas: [{ unit: 'images', permits: 4, periodMs: 10_000 }],
      cost: () => ({ images: 4 }),
    })
    void calls.execute(async (context) => {
      await context.sleep(300)
      context.providerSaid({ usage: { images: 0, tokens: 17 } })
    })
    const next = scriptedOperation([{ value: 1 }])
    void calls.execute(next)
    await clock.advance(1000)
    expect(times(next)).toEqual([300])
  })

  test('a stream is settled when it has been read', async () => {
    const { clock, calls } = setup({ quotas: [{ unit: 'tokens', permits: 10, periodMs: 1000 }] })
    await calls.execute(async (context) => {
      const body = context.openBody()
      clock.setTimer(500, () => {
        context.providerSaid({ usage: { tokens: 30 } })
        body.end(failure(new Error('cut'), { kind: 'transient' }))
      })
    })
    const next = scriptedOperation([{ value: 1 }])
    await clock.advance(600)
    void calls.execute(next)
    await clock.advance(5000)
    // Nothing was estimated, and three periods' tokens were used: calls of unknown cost wait until no more is owed.
    expect(times(next)).toEqual([2500])
  })

  test('an actual cost that makes no sense is told, and the estimate stands', async () => {
    const { clock, calls } = setup({ quotas: [{ permits: 1, periodMs: 1000 }], actualCost: () => ({ requests: -3 }) })
    const recording = recordEvents(calls)
    expect(await calls.execute(async () => 'fine')).toBe('fine')
    expect(recording.events.find(({ type }) => type === 'diagnostic.reported')).toMatchObject({
      source: 'rateLimit.leave',
      errorName: 'InvalidOptionsError',
    })
    const next = scriptedOperation([{ value: 1 }])
    void calls.execute(next)
    await clock.advance(1000)
    expect(times(next)).toEqual([1000])
  })

  prop.prop([
    fc.array(fc.record({ afterMs: fc.nat(700), tokens: fc.integer({ min: 0, max: 20 }), pace: fc.boolean() }), {
      maxLength: 40,
    }),
    fc.constantFrom('bursty', 'smooth'),
  ])('never let more through than any of them allows, whatever the costs', async (arrivals, pace) => {
    const { clock, calls } = setup({
      quotas: [
        { permits: 4, per: 'second', pace },
        { unit: 'tokens', permits: 30, periodMs: 2500, pace },
      ],
      cost: (context) => ({ tokens: context.get(tokens) }),
    })
    const spent: { readonly at: number; readonly tokens: number }[] = []
    for (const each of arrivals) {
      await clock.advance(each.afterMs)
      void calls.execute(async () => spent.push({ at: clock.now(), tokens: each.tokens }), {
        values: [[tokens, each.tokens]],
      })
    }
    await clock.run()
    expect(spent).toHaveLength(arrivals.length)
    const within = (at: number, periodMs: number): typeof spent =>
      spent.filter((other) => other.at >= at && other.at < at + periodMs)
    for (const { at } of spent) {
      expect(within(at, 1000).length).toBeLessThanOrEqual(4)
      expect(within(at, 2500).reduce((sum, each) => sum + each.tokens, 0)).toBeLessThanOrEqual(30)
    }
  })

  test.each([
    [
      { quotas: [{ permits: 1, per: 'week' }] },
      /^rateLimit\.quotas\[0\]\.per must be one of second, minute, hour, day/,
    ],
    [{ quotas: [{ permits: 1, per: 'day', periodMs: 5 }] }, /^rateLimit\.quotas\[0\]\.periodMs must be left out/],
    [{ quotas: [{ permits: 1, resetAt: { hour: 0, timeZone: 'UTC' } }] }, /resetAt must be left out, or beside per/],
    [
      { quotas: [{ permits: 1, per: 'day', resetAt: { hour: 24, timeZone: 'UTC' } }] },
      /hour must be an integer from 0/,
    ],
    [
      { quotas: [{ permits: 1, per: 'day', resetAt: { hour: 0, timeZone: 'Mars/Base' } }] },
      /must be an IANA time zone/,
    ],
    [{ quotas: [{ permits: 1, unit: '' }] }, /^rateLimit\.quotas\[0\]\.unit must be a word/],
    [{ quotas: [{ permits: 1, pace: 'slow' }] }, /^rateLimit\.quotas\[0\]\.pace must be one of bursty, smooth/],
    [{ actualCost: 3 }, 'rateLimit.actualCost must be a function, got 3.'],
    [{ learn: 'yes' }, "rateLimit.learn must be true or false, got 'yes'."],
  ])('refuse %o before any work', (options, message) => {
    expect(() => rateLimit(options as RateLimitOptions)).toThrow(message)
  })
})
