import { describe, expect, test } from 'vitest'
import { bulkhead, retryBudget } from '../../index.ts'
import { scriptedOperation } from '../../testing.ts'
import { caught } from '../../kernel/__fixtures__/ended.ts'
import { Judged } from '../failover/__fixtures__/pool.ts'
import { hedged } from './__fixtures__/hedged.ts'

describe('a denied hedge leaves the attempt alone', () => {
  const slow = (afterMs = 500) => scriptedOperation([{ value: 'slow', afterMs }, { value: 'second' }])

  // trap: denied-hedge-is-harmless
  test('without budget, and is sent when there is some again', async () => {
    const { clock, calls, told } = hedged({ delayMs: 100, budgetRatio: 0.5 })
    const [a, b, c] = [slow(5000), slow(5000), slow(5000)]
    const answers = [a, b, c].map((operation) => calls.execute(operation))
    await clock.advance(100)
    expect([a.runs, b.runs, c.runs]).toEqual([2, 2, 1])
    expect(told()).toContainEqual(expect.objectContaining({ type: 'hedge.denied', reason: 'budget', callId: 3 }))
    await calls.execute(async () => 'another call')
    await clock.advance(1000)
    expect([a.runs, b.runs, c.runs]).toEqual([2, 2, 2])
    expect(await Promise.all(answers)).toEqual(['second', 'second', 'second'])
    expect(told().filter(({ type }) => type === 'hedge.denied')).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })

  test.each(['overloaded', 'throttled'] as const)('within a minute after %s', async (kind) => {
    const { clock, calls, told } = hedged({ delayMs: 100 })
    await calls
      .execute(async () => {
        throw new Judged({ kind })
      })
      .catch(caught)
    const operation = scriptedOperation([{ value: 'slow', afterMs: 70_000 }, { value: 'second' }])
    const answer = calls.execute(operation)
    await clock.advance(59_999)
    expect(operation.runs).toBe(1)
    expect(told()).toMatchObject([{ at: 100, type: 'hedge.denied', reason: 'overload' }])
    await clock.advance(1)
    expect(await answer).toBe('second')
  })

  test('when the place inside is taken', async () => {
    const { clock, calls, told } = hedged({ delayMs: 100 }, [bulkhead({ maxConcurrency: 1 })])
    const operation = slow()
    const answer = calls.execute(operation)
    await clock.advance(500)
    expect([await answer, operation.runs]).toEqual(['slow', 1])
    expect(told()).toMatchObject([{ reason: 'not_ready' }])
    expect(clock.pending).toBe(0)
  })

  // trap: not-repeatable
  test('when the operation must not run twice', async () => {
    const asked: number[] = []
    const { clock, calls } = hedged({
      delayMs: 100,
      shouldHedge: ({ call }) => {
        asked.push(call.id)
        return call.id === 2
      },
    })
    const [a, b] = [slow(), slow()]
    const answers = [calls.execute(a), calls.execute(b)]
    await clock.advance(5000)
    expect(await Promise.all(answers)).toEqual(['slow', 'second'])
    expect([a.runs, b.runs, asked]).toEqual([1, 2, [1, 2]])
  })

  test.each([{ maxHedges: 0 }, { budgetRatio: 0 }])('when it is turned off: %o', async (off) => {
    const { clock, calls, told } = hedged({ delayMs: 100, ...off })
    const operation = slow()
    const answer = calls.execute(operation)
    await clock.advance(500)
    expect([await answer, operation.runs, told()]).toEqual(['slow', 1, []])
  })

  test('when the purse that it shares with retry is empty', async () => {
    const budget = retryBudget({ retryRatio: 0.1, minRetries: 1 })
    const { clock, calls, told } = hedged({ delayMs: 100, budgetRatio: 1, budget })
    const [a, b] = [slow(), slow()]
    const answers = [calls.execute(a), calls.execute(b)]
    await clock.advance(500)
    expect(await Promise.all(answers)).toEqual(['second', 'slow'])
    expect(budget.snapshot()).toMatchObject({ calls: 2, spent: 1 })
    expect(told().find(({ type }) => type === 'hedge.denied')).toMatchObject({ reason: 'budget', callId: 2 })
  })

  test('when the call must not be repeated', async () => {
    const { clock, calls } = hedged({ delayMs: 100 })
    const operation = slow()
    const answer = calls.execute(operation, { repeatable: false })
    await clock.advance(500)
    expect([await answer, operation.runs]).toEqual(['slow', 1])
  })

  test('after the pipeline was disposed of', async () => {
    const { clock, calls } = hedged({ delayMs: 100 })
    const operation = slow()
    const answer = calls.execute(operation)
    calls.dispose()
    await clock.advance(500)
    expect([await answer, operation.runs, clock.pending]).toEqual(['slow', 1, 0])
  })

  // trap: denied-hedge-is-harmless
  test('a hedge that was refused before it was sent gives its share back', async () => {
    let admits = 1
    const { clock, calls, policy } = hedged({ delayMs: 100 }, [
      {
        name: 'door',
        enter: () =>
          admits-- > 0
            ? undefined
            : (Object.assign(new Error('no'), { isSpillwayError: true, verdict: { kind: 'rejected' } }) as never),
        leave() {},
      },
    ])
    const answer = calls.execute(slow())
    await clock.advance(500)
    expect(await answer).toBe('slow')
    expect(policy.snapshot?.()).toMatchObject({ hedgesLeft: 1 })
  })
})
