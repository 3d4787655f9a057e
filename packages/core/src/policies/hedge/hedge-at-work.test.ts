import { describe, expect, test } from 'vitest'
import { bulkhead, failover, retry, type CallContext } from '../../index.ts'
import { scriptedOperation } from '../../testing.ts'
import { caught } from '../../kernel/__fixtures__/ended.ts'
import { hedged } from './__fixtures__/hedged.ts'

describe('everything that is at work', () => {
  test('ends in the tick in which the caller leaves, with its own reason', async () => {
    const { clock, calls } = hedged({ delayMs: 100 })
    const operation = scriptedOperation([{ hang: true }])
    const caller = new AbortController()
    const answer = calls.execute(operation, { signal: caller.signal }).catch(caught)
    await clock.advance(200)
    expect(operation.running).toBe(2)
    const reason = new Error('gone')
    caller.abort(reason)
    expect([operation.running, operation.aborts]).toEqual([0, [reason, reason]])
    expect(await answer).toBe(reason)
    expect([clock.pending, calls.state().inFlight]).toEqual([0, 0])
  })

  test('keeps its place outside until it has really ended', async () => {
    const place = bulkhead({ maxConcurrency: 1 })
    const { clock, calls } = hedged({ delayMs: 100 }, [], [place])
    const answer = calls.execute(scriptedOperation([{ value: 1, afterMs: 1000, deaf: true }, { value: 2 }]))
    await clock.advance(100)
    expect(await answer).toBe(2)
    expect(place.snapshot?.()).toMatchObject({ running: 1 })
    await clock.advance(900)
    expect(place.snapshot?.()).toMatchObject({ running: 0 })
  })

  // trap: losers-are-counted
  test('is counted at the call', async () => {
    const { clock, calls, events } = hedged({ delayMs: 100 })
    const answer = calls.execute(scriptedOperation([{ hang: true }, { value: 2 }]))
    await clock.advance(100)
    await answer
    expect(events.filter(({ type }) => type === 'attempt.started')).toHaveLength(2)
    expect(events.filter(({ type }) => type === 'attempt.completed')).toMatchObject([
      { verdict: { kind: 'success' } },
      { verdict: { kind: 'canceled', sent: true, billed: 'unknown' } },
    ])
    expect(events.at(-1)).toMatchObject({ type: 'call.completed', attempts: 2 })
  })

  test('of one call counts once against maxHedges, also over the rounds of a retry', async () => {
    const { clock, calls } = hedged({ delayMs: 100, budgetRatio: 1 }, [], [retry({ maxAttempts: 3 })])
    await calls.execute(async () => 1)
    const late = { error: new Error('late'), afterMs: 200 }
    const operation = scriptedOperation([late, late, late, late])
    const answer = calls.execute(operation).catch(caught)
    await clock.advance(60_000)
    await answer
    expect(operation.runs).toBe(4)
  })
})

describe('with several endpoints', () => {
  const endpoints = [{ name: 'a' }, { name: 'b' }]
  const hangingAt = (name: string) => async (context: CallContext) => {
    if (context.endpoint?.name === name) await context.sleep(1e9)
    else await context.sleep(10)
    return context.endpoint?.name
  }

  test('the second attempt goes to another one', async () => {
    const { clock, calls, told } = hedged({ delayMs: 100 }, [failover({ endpoints, order: 'ordered' })])
    const answer = calls.execute(hangingAt('a'))
    await clock.advance(110)
    expect(await answer).toBe('b')
    expect(told()).toMatchObject([
      { endpoint: 'a', type: 'hedge.started' },
      { endpoint: 'b', type: 'hedge.won' },
      { endpoint: 'a', type: 'hedge.lost' },
    ])
  })

  test.each([
    [true, ['a', 'a']],
    [false, ['a']],
  ])('where no other can take it, and sameEndpoint is %s, it goes to %o', async (sameEndpoint, expected) => {
    const door = {
      name: 'door',
      enter: () => undefined,
      leave() {},
      readyInMs: ({ endpoint }: CallContext) => (endpoint?.name === 'b' ? 60_000 : 0),
    }
    const { clock, calls } = hedged({ delayMs: 100, sameEndpoint }, [failover({ endpoints }), door])
    const operation = scriptedOperation([{ value: 1, afterMs: 500 }, { hang: true }])
    const answer = calls.execute(operation)
    await clock.advance(500)
    await answer
    expect(operation.started.map(({ endpoint }) => endpoint)).toEqual(expected)
  })

  test('with one endpoint, and sameEndpoint false, there is none', async () => {
    const { clock, calls } = hedged({ delayMs: 100, sameEndpoint: false }, [failover({ endpoints: [{ name: 'a' }] })])
    const operation = scriptedOperation([{ value: 1, afterMs: 500 }])
    const answer = calls.execute(operation)
    await clock.advance(500)
    await answer
    expect(operation.runs).toBe(1)
  })

  test('what fails does not follow the other attempt to its endpoint', async () => {
    const { clock, calls } = hedged({ delayMs: 100 }, [failover({ endpoints, order: 'ordered' })])
    const operation = scriptedOperation([
      { error: new Error('late'), afterMs: 150 },
      { value: 'second', afterMs: 300 },
    ])
    const answer = calls.execute(operation)
    await clock.advance(1000)
    expect(await answer).toBe('second')
    expect(operation.started.map(({ endpoint }) => endpoint)).toEqual(['a', 'b'])
  })

  test('events outside say where the call is', async () => {
    const { clock, calls, events } = hedged({ delayMs: 100 }, [failover({ endpoints, order: 'ordered' })])
    const answer = calls.execute(hangingAt('a'))
    await clock.advance(110)
    await answer
    expect(events.at(-1)).toMatchObject({ type: 'call.completed', endpoint: 'b' })
  })
})
