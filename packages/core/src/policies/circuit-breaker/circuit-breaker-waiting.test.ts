import { describe, expect, test } from 'vitest'
import { circuitBreaker, createContextKey, pipeline, timeout } from '../../index.ts'
import { recordEvents, scriptedOperation, VirtualClock } from '../../testing.ts'
import { caught } from '../../kernel/__fixtures__/ended.ts'
import { breakerOf, busy } from './__fixtures__/breaker.ts'

describe('circuitBreaker, when calls wait while it is open', () => {
  // trap: no-stampede-on-close
  test('lets one probe go, and those who wait follow step by step instead of all together', async () => {
    const { clock, calls, fail } = breakerOf({ whenOpen: 'wait' })
    await fail(3)
    const operation = scriptedOperation([{ value: 1, afterMs: 1000 }])
    const all = Promise.all(Array.from({ length: 100 }, () => calls.execute(operation)))
    await clock.advance(60_000)
    expect(await all).toHaveLength(100)
    const starts = Map.groupBy(operation.started, ({ at }) => at)
    expect([...starts].map(([at, started]) => [at, started.length])).toEqual([
      [10_000, 1],
      [11_000, 2],
      [14_000, 2],
      [17_000, 4],
      [20_000, 8],
      [23_000, 16],
      [26_000, 32],
      [29_000, 35],
    ])
    expect(clock.pending).toBe(0)
  })

  test('while probes fail they go one at a time, each after its break', async () => {
    const { clock, calls, fail } = breakerOf({ whenOpen: 'wait' })
    await fail(3)
    const operation = scriptedOperation([{ error: busy, afterMs: 200 }])
    for (let i = 0; i < 3; i++) void calls.execute(operation).catch(caught)
    await clock.advance(60_000)
    expect(operation.started.map(({ at }) => at)).toEqual([10_000, 20_200, 30_400])
  })

  test('who has the nearest deadline goes first', async () => {
    const clock = new VirtualClock()
    const limit = createContextKey('limit', 60_000)
    const breaker = circuitBreaker({ whenOpen: 'wait', halfOpenAfter: 10_000 })
    const calls = pipeline([timeout({ totalMs: (context) => context.get(limit) }), breaker], { clock })
    for (let i = 0; i < 5; i++) await calls.execute(() => Promise.reject(busy)).catch(caught)
    const operation = scriptedOperation([{ value: 1 }])
    const order: number[] = []
    const answers = [50_000, 20_000, 30_000].map((totalMs) =>
      calls.execute(operation, { values: [[limit, totalMs]] }).then(() => order.push(totalMs)),
    )
    await clock.run()
    await Promise.all(answers)
    expect(order).toEqual([20_000, 30_000, 50_000])
  })

  // trap: hung-probe
  test('who aborts leaves in the same tick', async () => {
    const { clock, breaker, calls, fail } = breakerOf({ whenOpen: 'wait' })
    await fail(3)
    const recording = recordEvents(calls)
    const caller = new AbortController()
    const operation = scriptedOperation([{ value: 1 }])
    const answer = calls.execute(operation, { signal: caller.signal }).catch(caught)
    expect(breaker.snapshot?.()).toMatchObject({ partitions: { '': { waiting: 1 } } })
    caller.abort('gone')
    expect(breaker.snapshot?.()).toMatchObject({ partitions: { '': { waiting: 0 } } })
    expect([await answer, operation.runs, clock.pending]).toEqual(['gone', 0, 0])
    // Who leaves was not refused.
    expect(recording.timeline('circuit.rejected')).toEqual([])
  })

  test('a call whose deadline comes before the next probe is refused at once', async () => {
    const { calls, fail } = breakerOf({ whenOpen: 'wait', halfOpenAfter: 200_000 })
    await fail(3)
    expect(await calls.execute(async () => 1).catch(caught)).toMatchObject({
      name: 'CircuitOpenError',
      retryAfterMs: 200_000,
    })
  })

  test('a backoff that throws leaves nobody waiting', async () => {
    const halfOpenAfter = {
      next: () => ({
        duration: 10_000,
        next: () => {
          throw new RangeError('no such break')
        },
      }),
    }
    const { clock, calls, fail } = breakerOf({ whenOpen: 'wait', halfOpenAfter })
    await fail(3)
    const operation = scriptedOperation([{ error: busy, afterMs: 100 }, { value: 1 }])
    for (let i = 0; i < 2; i++) void calls.execute(operation).catch(caught)
    await clock.advance(10_100)
    expect(operation.started.map(({ at }) => at)).toEqual([10_000, 10_100])
  })

  // trap: disposed-stays-disposed
  test('disposing refuses those who wait, leaves no timer and changes nothing later', async () => {
    const { clock, calls, fail, breaker } = breakerOf({ whenOpen: 'wait' })
    const recording = recordEvents(calls)
    await fail(3)
    const answer = calls.execute(async () => 1).catch(caught)
    calls.dispose()
    const { length } = recording.events
    expect(await answer).toMatchObject({ name: 'CircuitOpenError', reason: 'disposed' })
    expect(clock.pending).toBe(0)
    await clock.advance(60_000)
    expect([recording.events.length, breaker.stateOf()]).toEqual([length, 'open'])
  })
})
