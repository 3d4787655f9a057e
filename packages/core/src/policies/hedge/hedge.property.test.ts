import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bulkhead, failover, hedge, HedgeLostError, pipeline, type CallContext } from '../../index.ts'
import { recordEvents, VirtualClock } from '../../testing.ts'
import { classifier, Judged } from '../failover/__fixtures__/pool.ts'
import { HedgeBudget } from './hedge-budget.ts'

const MOSTLY = ['value', 'value', 'transient', 'hang', 'deaf'].flatMap((each) => [each, each, each])

/** How one attempt goes: whether and when it answers, and whether it hears that it was ended. */
const attempt = fc.record({
  afterMs: fc.integer({ min: 0, max: 400 }),
  end: fc.constantFrom(...MOSTLY, 'overloaded', 'request_failed'),
})
const call = fc.record({
  atMs: fc.integer({ min: 0, max: 3000 }),
  attempts: fc.array(attempt, { minLength: 4, maxLength: 4 }),
  leavesAfterMs: fc.option(fc.integer({ min: 0, max: 600 }), { nil: 600 }),
})
const options = fc.record({
  maxHedges: fc.integer({ min: 0, max: 3 }),
  budgetRatio: fc.constantFrom(0.1, 0.5, 1),
  sameEndpoint: fc.boolean(),
  mode: fc.constantFrom(
    {},
    { delayMs: 0 },
    { delayMs: 50 },
    { delayQuantile: 0.9 },
    { delayQuantile: 0.5, delayMs: 20 },
  ),
})

describe('whatever happens', () => {
  test('each call ends once, with few attempts at work, and nothing is left', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 30 }), options, fc.boolean(), async (all, o, pool) => {
        const { mode, ...rest } = o
        const clock = new VirtualClock()
        const place = bulkhead({ maxConcurrency: 1000 })
        const inner = pool ? [failover({ endpoints: [{ name: 'a' }, { name: 'b' }] })] : []
        const calls = pipeline([place, hedge({ ...rest, ...mode }), ...inner], { clock, classifier })
        const { events } = recordEvents(calls)
        let ends = 0
        let mostAtWork = 0
        /** Attempts that were told to stop, by the tick: they must be told in the tick in which the winner is known. */
        const lostAt: number[] = []

        const run = (each: (typeof all)[number]): void => {
          const caller = new AbortController()
          let atWork = 0
          const operation = (context: CallContext): Promise<string> =>
            new Promise((resolve, reject) => {
              const { afterMs, end } = each.attempts[(context.attempt - 1) % 4] as (typeof each.attempts)[number]
              mostAtWork = Math.max(mostAtWork, ++atWork)
              const over = (settleIt: () => void): void => {
                atWork--
                stop()
                timer.cancel()
                settleIt()
              }
              const timer = clock.setTimer(end === 'hang' ? Infinity : end === 'deaf' ? 900 : afterMs, () =>
                over(() =>
                  end === 'value' || end === 'deaf' ? resolve('ok') : reject(new Judged({ kind: end as never })),
                ),
              )
              const stop = context.onAbort((reason) => {
                if (reason instanceof HedgeLostError) lostAt.push(clock.now())
                // What is deaf goes on: it is no longer this call's.
                if (end === 'deaf') atWork--
                else over(() => reject(reason))
              })
            })
          const ended = (): void => void ends++
          calls.execute(operation, { signal: caller.signal }).then(ended, ended)
          const leaving = clock.setTimer(each.leavesAfterMs, () => caller.abort('gone'))
          leaving.unref()
        }
        for (const each of all) clock.setTimer(each.atMs, () => run(each))
        await clock.advance(10_000)

        expect(ends).toBe(all.length)
        expect(mostAtWork).toBeLessThanOrEqual(1 + rest.maxHedges)
        expect(events.filter(({ type }) => type === 'call.completed')).toHaveLength(all.length)
        expect(clock.pending).toBe(0)
        expect(place.snapshot?.()).toMatchObject({ running: 0 })
        const told = events.filter(({ type }) => type === 'hedge.lost')
        expect(lostAt).toEqual(told.map(({ at }) => at))

        // A stretch of time between any two hedges holds no more of them than it may.
        const started = events.filter(({ type }) => type === 'hedge.started').map(({ at }) => at)
        const began = events.filter(({ type }) => type === 'call.started').map(({ at }) => at)
        const unsent = pool ? started.length : 0
        if (unsent === 0)
          for (const [i, from] of started.entries())
            for (const [k, until] of started.slice(i).entries()) {
              const between = began.filter((at) => at >= from && at <= until).length
              expect(k + 1).toBeLessThanOrEqual(10 + rest.budgetRatio * between + 1e-6)
            }
        expect(started.length).toBeLessThanOrEqual(1 + rest.budgetRatio * all.length + 1e-6)
      }),
      { numRuns: 150 },
    )
  })

  test('the budget holds over any stretch of calls', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean()), fc.double({ min: 0, max: 1, noNaN: true }), (steps, ratio) => {
        const budget = new HedgeBudget(ratio)
        const spent: { calls: number }[] = []
        let calls = 0
        for (const isCall of steps) {
          if (isCall) {
            calls++
            budget.earn()
          } else if (budget.left >= 1) {
            budget.spend()
            spent.push({ calls })
          }
        }
        for (const [i, from] of spent.entries())
          for (const [k, until] of spent.slice(i).entries())
            expect(k + 1).toBeLessThanOrEqual(10 + ratio * (until.calls - from.calls) + 1e-6)
        expect(spent.length).toBeLessThanOrEqual(1 + ratio * calls + 1e-6)
      }),
    )
  })
})
