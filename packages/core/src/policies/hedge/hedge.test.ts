import { describe, expect, test } from 'vitest'
import { bulkhead, hedge, HedgeLostError, InvalidOptionsError, timeout } from '../../index.ts'
import { scriptedOperation, type ScriptStep } from '../../testing.ts'
import { caught } from '../../kernel/__fixtures__/ended.ts'
import { hedged } from './__fixtures__/hedged.ts'

describe('after a delay', () => {
  // trap: losers-are-counted
  test('a second attempt is sent, the first answer wins, and the loser is ended in that tick', async () => {
    const { clock, calls, told } = hedged({ delayMs: 100 })
    const operation = scriptedOperation([{ hang: true }, { value: 'second', afterMs: 50 }])
    const answer = calls.execute(operation)
    await clock.advance(99)
    expect(operation.runs).toBe(1)
    await clock.advance(1)
    expect(operation.started.map(({ at }) => at)).toEqual([0, 100])
    await clock.advance(50)
    expect(await answer).toBe('second')
    expect(operation.aborts).toEqual([expect.any(HedgeLostError)])
    expect(operation.running).toBe(0)
    expect(told()).toMatchObject([
      { at: 100, type: 'hedge.started', why: 'delay', silentMs: 100, attempt: 1 },
      { at: 150, type: 'hedge.won', winner: 'hedge', attempt: 2 },
      { at: 150, type: 'hedge.lost', billed: 'unknown', attempt: 1 },
    ])
    expect([clock.pending, calls.state().inFlight]).toEqual([0, 0])
  })

  test('the first attempt may still win', async () => {
    const { clock, calls, told } = hedged({ delayMs: 100 })
    const operation = scriptedOperation([{ value: 'first', afterMs: 120 }, { hang: true }])
    const answer = calls.execute(operation)
    await clock.advance(120)
    expect(await answer).toBe('first')
    expect(told().slice(1)).toMatchObject([
      { type: 'hedge.won', winner: 'primary', attempt: 1 },
      { type: 'hedge.lost', billed: 'unknown', attempt: 2 },
    ])
    expect(operation.running).toBe(0)
  })

  test('is not needed by a call that is answered before, and no timer is left', async () => {
    const { clock, calls, told } = hedged({ delayMs: 100 })
    const answer = calls.execute(scriptedOperation([{ value: 'quick', afterMs: 99 }]))
    await clock.advance(99)
    expect(await answer).toBe('quick')
    expect(clock.pending).toBe(0)
    await clock.advance(1000)
    expect(told()).toEqual([])
  })

  test('of nothing sends all at once', async () => {
    const { clock, calls } = hedged({ delayMs: 0, maxHedges: 2, budgetRatio: 1 })
    const operation = scriptedOperation([{ hang: true }, { hang: true }, { value: 'third' }])
    const answer = calls.execute(operation)
    await clock.advance(0)
    expect(operation.runs).toBe(3)
    expect(await answer).toBe('third')
  })

  test('counts from when the attempt was sent, not from when the call began to wait', async () => {
    const { clock, calls } = hedged({ delayMs: 100 }, [bulkhead({ maxConcurrency: 1 })])
    const first = calls.execute(scriptedOperation([{ value: 1, afterMs: 90 }]))
    const operation = scriptedOperation([{ value: 2, afterMs: 95 }])
    const second = calls.execute(operation)
    await clock.advance(185)
    expect([await first, await second]).toEqual([1, 2])
    expect(operation.started).toMatchObject([{ at: 90 }])
  })

  test('a sign of life counts as one', async () => {
    const { clock, calls } = hedged({ delayMs: 100 })
    let runs = 0
    const answer = calls.execute(async (context) => {
      runs++
      await context.sleep(80)
      context.progress('headers')
      await context.sleep(80)
      return 'done'
    })
    await clock.advance(160)
    expect(await answer).toBe('done')
    expect(runs).toBe(1)
  })

  test('may be repeated, one attempt after the other', async () => {
    const { clock, calls } = hedged({ delayMs: 100, maxHedges: 2, budgetRatio: 1 })
    await calls.execute(async () => 1)
    await calls.execute(async () => 1)
    const operation = scriptedOperation([{ hang: true }])
    const caller = new AbortController()
    const answer = calls.execute(operation, { signal: caller.signal }).catch(caught)
    await clock.advance(10_000)
    expect(operation.started.map(({ at }) => at)).toEqual([0, 100, 200])
    caller.abort('gone')
    expect(await answer).toBe('gone')
    expect([operation.running, clock.pending]).toEqual([0, 0])
  })

  test('may be the time in which most answers came, once enough are known', async () => {
    const { clock, calls, told } = hedged({ delayQuantile: 0.5, budgetRatio: 1 })
    const ask = async (steps: readonly ScriptStep<unknown>[]): Promise<unknown> => {
      const answer = calls.execute(scriptedOperation(steps))
      await clock.advance(1000)
      return answer
    }
    for (let i = 1; i <= 20; i++) await ask([{ value: i, afterMs: 10 * i }])
    expect(told()).toEqual([])
    await ask([
      { value: 1, afterMs: 500 },
      { value: 2, afterMs: 5 },
    ])
    expect(told()[0]).toMatchObject({ why: 'quantile', silentMs: 110 })
  })

  test('holds until enough answers are known, and is the least of what they give', async () => {
    const { clock, calls, told } = hedged({ delayQuantile: 0.5, delayMs: 50, budgetRatio: 1 })
    for (let i = 0; i < 21; i++) {
      const answer = calls.execute(scriptedOperation([{ value: 1, afterMs: i === 0 || i === 20 ? 60 : 2 }]))
      await clock.advance(100)
      await answer
    }
    expect(told().filter(({ type }) => type === 'hedge.started')).toMatchObject([{ silentMs: 50 }, { silentMs: 50 }])
  })

  // trap: hedge-delay-is-its-own
  test.each([5, 3_600_000])('has nothing to do with the limit of an attempt (%d ms)', async (attemptMs) => {
    const { clock, calls } = hedged({ delayMs: 100 }, [timeout({ attemptMs })])
    const operation = scriptedOperation([{ hang: true }, { value: 'second' }])
    const answer = calls.execute(operation)
    await clock.advance(1000)
    expect(await answer).toBe('second')
    expect(operation.started[1]?.at).toBe(Math.min(attemptMs, 100))
  })
})

describe('what is wrong is said when it is made', () => {
  test.each([
    [{ delayMs: -1 }, 'hedge.delayMs'],
    [{ delayMs: Number.NaN }, 'hedge.delayMs'],
    [{ delayMs: Infinity }, 'hedge.delayMs'],
    [{ delayQuantile: 0 }, 'hedge.delayQuantile'],
    [{ delayQuantile: 1 }, 'hedge.delayQuantile'],
    [{ maxHedges: -1 }, 'hedge.maxHedges'],
    [{ maxHedges: 1.5 }, 'hedge.maxHedges'],
    [{ budgetRatio: 10 }, 'hedge.budgetRatio'],
    [{ sameEndpoint: 'no' }, 'hedge.sameEndpoint'],
    [{ budget: 0.1 }, 'hedge.budget'],
    [{ shouldHedge: true }, 'hedge.shouldHedge'],
    [{ delay: 5 }, 'hedge.delay'],
  ])('%o', (options, message) => {
    expect(() => hedge(options as never)).toThrow(InvalidOptionsError)
    expect(() => hedge(options as never)).toThrow(message)
  })
})
