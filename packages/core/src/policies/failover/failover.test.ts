import { describe, expect, test } from 'vitest'
import { failover, failure, pipeline, retry, type CallContext, type Gate, type Verdict } from '../../index.ts'
import { recordEvents, scriptedOperation, settle, VirtualClock } from '../../testing.ts'
import { caught } from '../../kernel/__fixtures__/ended.ts'
import { endpoints, Judged, poolOf, whereTo } from './__fixtures__/pool.ts'

describe('failover', () => {
  test('asks the first in the list while nothing is known', async () => {
    const { calls } = poolOf()
    expect(await calls.execute(whereTo)).toBe('a')
  })

  test.each(['overloaded', 'throttled', 'quota_exhausted', 'transient', 'endpoint_failed'] as const)(
    '%s moves on to another endpoint at once',
    async (kind) => {
      const { calls } = poolOf()
      const recording = recordEvents(calls)
      const answer = await calls.execute(async (context) => {
        if (context.endpoint?.name === 'a') throw new Judged({ kind })
        return `${context.endpoint?.name} in attempt ${context.attempt}`
      })
      expect(answer).toBe('b in attempt 2')
      expect(recording.events.find(({ type }) => type === 'endpoint.failed_over')).toMatchObject({
        at: 0,
        from: 'a',
        to: 'b',
        verdict: kind,
      })
    },
  )

  test.each(['request_failed', 'canceled'] as const)('%s goes to no other endpoint', async (kind) => {
    const { calls } = poolOf()
    const error = new Judged({ kind })
    const operation = scriptedOperation([{ error }])
    const answer = calls.execute(operation).catch(caught)
    await settle()
    expect(operation.runs).toBe(1)
    void answer
  })

  test('an answer without the result asked for is asked for elsewhere', async () => {
    const clock = new VirtualClock()
    const calls = pipeline([failover({ endpoints })], {
      clock,
      classifier: { error: () => undefined, value: (value) => (value === 'a' ? { kind: 'empty' } : undefined) },
    })
    expect(await calls.execute(whereTo)).toBe('b')
  })

  test('asks each endpoint once at most, then gives the last failure up', async () => {
    const { clock, calls } = poolOf({ endpoints })
    const errors = endpoints.map(({ name }) => Object.assign(new Judged({ kind: 'overloaded' }), { name }))
    const operation = scriptedOperation(errors.map((error) => ({ error })))
    const answer = calls.execute(operation).catch(caught)
    await clock.advance(0)
    expect(await answer).toBe(errors[2])
    expect(operation.started.map(({ endpoint }) => endpoint)).toEqual(['a', 'b', 'c'])
  })

  test('each round of a retry may ask them all again', async () => {
    const { clock, calls } = poolOf({}, [], [retry({ maxAttempts: 2, jitter: 'none' })])
    const operation = scriptedOperation([{ error: new Judged({ kind: 'overloaded' }) }])
    const answer = calls.execute(operation).catch(caught)
    await clock.advance(10_000)
    expect(operation.started.map(({ endpoint }) => endpoint)).toEqual(['a', 'b', 'a', 'b'])
    expect(await answer).toBeInstanceOf(Judged)
  })

  test("a refusal by one endpoint's own limit moves on, one that holds for all does not", async () => {
    for (const [scope, expected] of [
      ['endpoint', 'b'],
      [undefined, 'refused'],
    ] as const) {
      const verdict: Verdict = { kind: 'rejected', ...(scope === undefined ? {} : { scope }) }
      const gate: Gate = {
        name: 'limit',
        enter: ({ endpoint }) =>
          endpoint?.name === 'a'
            ? (Object.assign(new Error('refused'), { isSpillwayError: true, code: 'X', verdict }) as never)
            : undefined,
        leave() {},
      }
      const answer = poolOf({}, [gate])
        .calls.execute(whereTo)
        .catch((error: Error) => error.message)
      expect(await answer).toBe(expected)
    }
  })

  test('ranked: asks the one that is expected to answer first', async () => {
    const { clock, calls } = poolOf()
    const tookMs: Record<string, number> = { a: 3000, b: 1000 }
    const slow = (context: CallContext): Promise<unknown> => context.sleep(tookMs[context.endpoint?.name ?? ''] ?? 0)
    // One is on its way at `a` when the next comes: `b` is tried.
    void calls.execute(slow)
    await clock.advance(100)
    void calls.execute(slow)
    await clock.advance(5000)
    expect(await calls.execute(whereTo)).toBe('b')
  })

  test('ranked: a call that hangs sends the next ones elsewhere', async () => {
    const { clock, calls } = poolOf()
    await calls.execute(async () => 'quick')
    const hang = scriptedOperation([{ hang: true }])
    void calls.execute(hang)
    await clock.advance(30_000)
    expect(await calls.execute(whereTo)).toBe('b')
  })

  test('ordered: stays with the first in the list however slow it is', async () => {
    const { clock, calls } = poolOf({ order: 'ordered' })
    void calls.execute(scriptedOperation([{ value: 1, afterMs: 60_000 }]))
    await clock.advance(30_000)
    expect(await calls.execute(whereTo)).toBe('a')
  })

  test('a stream that breaks counts against its endpoint', async () => {
    const { clock, calls } = poolOf()
    await calls.execute(async (context) => {
      const body = context.openBody()
      clock.setTimer(10, () => body.end(failure(new Error('cut'), { kind: 'transient' })))
      return 'stream'
    })
    await clock.advance(10)
    expect(await calls.execute(whereTo)).toBe('b')
  })

  // trap: every-outcome-is-heard
  test('every attempt of every call is heard: an endpoint that fails twice in one call is asked last', async () => {
    const { clock, calls } = poolOf({}, [], [retry({ jitter: 'none' })])
    const answer = calls.execute(async ({ endpoint, attempt }) => {
      if (endpoint?.name === 'a' || attempt < 3) throw new Judged({ kind: 'overloaded' })
      return `${endpoint?.name} ${attempt}`
    })
    await clock.advance(10_000)
    expect(await answer).toBe('b 4')
    expect(await calls.execute(whereTo)).toBe('b')
  })
})
