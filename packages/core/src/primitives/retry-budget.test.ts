import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { InvalidOptionsError, pipeline, retryBudget } from '../index.ts'
import type { CallContext, RetryBudget, Verdict } from '../index.ts'
import { recordEvents, VirtualClock } from '../testing.ts'

const overloaded: Verdict = { kind: 'overloaded' }

/** The context of a call of its own. */
const calling = async (clock: VirtualClock): Promise<CallContext> => pipeline([], { clock }).execute(async (c) => c)

const callOf = async (budget: RetryBudget, clock: VirtualClock, count: number): Promise<CallContext> => {
  let context = await calling(clock)
  for (let i = 0; i < count; i++) {
    context = await calling(clock)
    budget.count(context)
  }
  return context
}

describe('what is allowed', () => {
  test('is a share of the recent calls, and a few in any case; each call counts once, whoever tells', async () => {
    const clock = new VirtualClock()
    const budget = retryBudget({ retryRatio: 0.1, minRetries: 3 })
    expect(budget.snapshot()).toEqual({ calls: 0, spent: 0, allowed: 3 })
    const context = await callOf(budget, clock, 50)
    budget.count(context)
    budget.count(context.child())
    expect(budget.snapshot()).toEqual({ calls: 50, spent: 0, allowed: 8 })
  })

  test('comes back as time passes, on the clock of the pipeline', async () => {
    const clock = new VirtualClock()
    const budget = retryBudget({ retryRatio: 0, minRetries: 2, windowMs: 10_000 })
    const context = await calling(clock)
    expect([1, 2, 3].map(() => budget.spend(context, overloaded))).toEqual([1, 1, 1.5])
    expect(budget.covers(context, overloaded)).toBe(false)
    await clock.advance(10_000)
    expect(budget.covers(context, overloaded)).toBe(true)
    expect(budget.snapshot()).toMatchObject({ spent: 0 })
  })

  test('what was not repeated after all is given back', async () => {
    const context = await calling(new VirtualClock())
    const budget = retryBudget({ retryRatio: 0, minRetries: 1 })
    budget.spend(context)
    expect(budget.covers(context)).toBe(false)
    budget.giveBack(context)
    expect(budget.covers(context)).toBe(true)
  })

  test('asking costs nothing', async () => {
    const context = await calling(new VirtualClock())
    const budget = retryBudget({ minRetries: 1 })
    for (let i = 0; i < 10; i++) expect(budget.covers(context)).toBe(true)
  })
})

describe('what a repetition costs', () => {
  test.each<[Verdict, number]>([
    [{ kind: 'overloaded' }, 1],
    [{ kind: 'overloaded', retryAfterMs: 5 }, 1],
    [{ kind: 'transient' }, 1],
    [{ kind: 'throttled' }, 1],
    [{ kind: 'throttled', retryAfterMs: 5 }, 0.5],
  ])('%o: %d', async (verdict, cost) => {
    const budget = retryBudget()
    budget.spend(await calling(new VirtualClock()), verdict)
    expect(budget.snapshot().spent).toBe(cost)
  })

  test.each([
    [
      'throws',
      () => {
        throw new TypeError('broken')
      },
    ],
    ['gives no number', () => NaN],
    ['gives a negative number', () => -1],
    ['costs everything for ever', () => Infinity],
  ])('a rule of the user that %s is reported, and the default holds', async (_, cost) => {
    const calls = pipeline([], { clock: new VirtualClock() })
    const { events } = recordEvents(calls)
    const budget = retryBudget({ cost })
    budget.spend(await calls.execute(async (context) => context))
    expect(budget.snapshot().spent).toBe(1)
    expect(events.filter(({ type }) => type === 'diagnostic.reported')).toMatchObject([{ source: 'retryBudget.cost' }])
  })
})

describe('how much longer to wait', () => {
  test('is what was spent over what is allowed, tenfold at most', async () => {
    const context = await calling(new VirtualClock())
    const budget = retryBudget({ retryRatio: 0, minRetries: 2 })
    const slowdowns = Array.from({ length: 40 }, () => budget.spend(context))
    expect(slowdowns.slice(0, 6)).toEqual([1, 1, 1.5, 2, 2.5, 3])
    expect(slowdowns.at(-1)).toBe(10)
  })

  test('is tenfold where nothing is allowed', async () => {
    const budget = retryBudget({ retryRatio: 0, minRetries: 0 })
    expect(budget.spend(await calling(new VirtualClock()))).toBe(10)
  })

  property.prop([
    fc.array(fc.constantFrom('count', 'spend', 'free', 'giveBack', 'wait'), { maxLength: 200 }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.integer({ min: 0, max: 5 }),
  ])('is always a number from 1 to 10', async (steps, retryRatio, minRetries) => {
    const clock = new VirtualClock()
    const budget = retryBudget({
      retryRatio,
      minRetries,
      windowMs: 1000,
      cost: ({ kind }) => (kind === 'empty' ? 0 : 1),
    })
    const context = await calling(clock)
    for (const step of steps) {
      if (step === 'count') await callOf(budget, clock, 1)
      else if (step === 'wait') await clock.advance(70)
      else if (step === 'giveBack') budget.giveBack(context)
      else {
        const slowdown = budget.spend(context, step === 'free' ? { kind: 'empty' } : overloaded)
        expect(slowdown).toBeGreaterThanOrEqual(1)
        expect(slowdown).toBeLessThanOrEqual(10)
      }
    }
  })
})

test.each([
  [{ retryRatio: 1.5 }, 'retryBudget.retryRatio'],
  [{ minRetries: -1 }, 'retryBudget.minRetries'],
  [{ minRetries: Infinity }, 'retryBudget.minRetries'],
  [{ windowMs: 0 }, 'retryBudget.windowMs'],
  [{ windowMs: Infinity }, 'retryBudget.windowMs'],
  [{ whenSpent: 'fail' }, 'retryBudget.whenSpent must be one of slow, refuse'],
  [{ cost: 1 }, 'retryBudget.cost'],
  [{ ratio: 1 }, 'retryBudget.ratio'],
])('%o is refused when it is made', (options, message) => {
  expect(() => retryBudget(options as never)).toThrow(InvalidOptionsError)
  expect(() => retryBudget(options as never)).toThrow(message)
})
