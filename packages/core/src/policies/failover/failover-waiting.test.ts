import { describe, expect, test } from 'vitest'
import {
  bulkhead,
  circuitBreaker,
  failover,
  pipeline,
  rateLimit,
  retry,
  success,
  timeout,
  type CallContext,
} from '../../index.ts'
import { recordEvents, scriptedOperation, settle, VirtualClock } from '../../testing.ts'
import { caught } from '../../kernel/__fixtures__/ended.ts'
import { door, endpoints, Judged, poolOf, whereTo } from './__fixtures__/pool.ts'

describe('failover, while endpoints are not ready', () => {
  test('goes to the endpoint that can take it while a preferred one cannot', async () => {
    const { calls } = poolOf({ order: 'ordered' }, [door(({ endpoint }) => (endpoint?.name === 'a' ? 500 : 0))])
    expect(await calls.execute(whereTo)).toBe('b')
  })

  test('waits while none can, and takes the first that is ready', async () => {
    const { clock, calls, waiting } = poolOf({}, [
      door(({ endpoint, call }) => Math.max(0, (endpoint?.name === 'a' ? 900 : 300) - call.clock.now())),
    ])
    const answer = calls.execute(whereTo)
    expect(waiting()).toBe(1)
    await clock.advance(299)
    expect(waiting()).toBe(1)
    await clock.advance(1)
    expect([await answer, clock.pending]).toEqual(['b', 0])
  })

  test('refuses with the wait what is known to wait too long, when it comes and while it waits', async () => {
    let readyAt = 1000
    const { clock, calls, waiting } = poolOf({ maxKnownWaitMs: 1000 }, [
      door(({ call }) => Math.max(0, readyAt - call.clock.now())),
    ])
    const refusals: unknown[] = []
    const refused = calls.execute(whereTo).catch((error: unknown) => refusals.push(error))
    expect(waiting()).toBe(1)
    readyAt = 3500
    await clock.advance(1000)
    await refused
    await calls.execute(whereTo).catch((error: unknown) => refusals.push(error))
    expect(refusals).toMatchObject([
      { reason: 'waited_too_long', retryAfterMs: 2500 },
      { reason: 'waited_too_long', retryAfterMs: 2500 },
    ])
    readyAt = 2000
    const answer = calls.execute(whereTo)
    await clock.advance(1000)
    expect(await answer).toBe('a')
  })

  test('waits for what nobody can foretell, however short the waits are that it may know of', async () => {
    const { clock, calls, waiting } = poolOf({ maxKnownWaitMs: 0 }, [
      door(({ call }) => (call.clock.now() < 5000 ? Infinity : 0)),
    ])
    const answer = calls.execute(whereTo)
    await clock.advance(4000)
    expect(waiting()).toBe(1)
    await clock.advance(1000)
    expect(await answer).toBe('a')
  })

  test('serves those who wait by nearest deadline', async () => {
    const clock = new VirtualClock()
    const inner = [rateLimit({ quotas: [{ permits: 1, periodMs: 1000 }] })]
    const pool = failover({ endpoints: endpoints.slice(0, 1) })
    const runs: number[] = []
    const callWithin = (totalMs: number): void => {
      const calls = pipeline([timeout({ totalMs }), pool, ...inner], { clock })
      void calls.execute(async () => runs.push(totalMs))
    }
    for (const totalMs of [9000, 8000, 7000, 6000]) callWithin(totalMs)
    await clock.advance(5000)
    expect(runs).toEqual([9000, 6000, 7000, 8000])
  })

  test('never sends two calls into one free place', async () => {
    const { clock, calls } = poolOf({}, [
      rateLimit({ quotas: [{ permits: 1, periodMs: 1000 }], queueLimit: 0 }),
      circuitBreaker(),
    ])
    const operation = scriptedOperation([{ value: 1, afterMs: 10 }])
    const all = Promise.all(Array.from({ length: 6 }, () => calls.execute(operation)))
    await clock.advance(5000)
    expect(await all).toHaveLength(6)
    expect(operation.started).toEqual(
      [0, 1000, 2000].flatMap((at) => [
        { at, endpoint: 'a' },
        { at, endpoint: 'b' },
      ]),
    )
  })

  test('who aborts while waiting is out in the same tick and asks nobody', async () => {
    const { clock, calls, waiting } = poolOf({}, [door(() => 500)])
    const caller = new AbortController()
    const operation = scriptedOperation([{ value: 1 }])
    const answer = calls.execute(operation, { signal: caller.signal }).catch(caught)
    caller.abort('gone')
    expect([waiting(), clock.pending]).toEqual([0, 0])
    expect([await answer, operation.runs]).toEqual(['gone', 0])
  })

  // trap: all-endpoints-down
  test('refuses at once when none is ready before the deadline, with the last failure as the cause', async () => {
    let readyInMs = 0
    const { clock, calls } = poolOf(
      {},
      [door(() => readyInMs)],
      [timeout({ totalMs: 5000 }), retry({ jitter: 'none' })],
    )
    const error = new Judged({ kind: 'overloaded' })
    const answer = calls
      .execute(() => {
        readyInMs = 6000
        return Promise.reject(error)
      })
      .catch(caught)
    await clock.advance(2000)
    expect(await answer).toMatchObject({
      name: 'NoEndpointReadyError',
      code: 'ERR_SPILLWAY_NO_ENDPOINT_READY',
      reason: 'waited_too_long',
      retryAfterMs: 6000,
      cause: error,
      message: 'failover: none of a, b can answer the call in time. The first is due in 6000 ms.',
    })
  })

  test('refuses at once where nobody may wait', async () => {
    const { calls } = poolOf({ queueLimit: 0 }, [door(() => 500)])
    expect(await calls.execute(whereTo).catch(caught)).toMatchObject({
      reason: 'queue_full',
      message:
        'failover: none of a, b can take the call now and the queue is full. Send less, or raise queueLimit. The first is due in 500 ms.',
    })
  })

  test('the next call goes in the tick in which the one before it ends, or its stream has been read', async () => {
    for (const streams of [false, true]) {
      const { clock, calls, waiting } = poolOf({}, [bulkhead({ maxConcurrency: 1 })])
      const startedAt: number[] = []
      const operation = async (context: CallContext): Promise<void> => {
        startedAt.push(clock.now())
        if (!streams) await context.sleep(100)
        else {
          const body = context.openBody()
          clock.setTimer(100, () => body.end(success(undefined)))
        }
      }
      for (let i = 0; i < 3; i++) void calls.execute(operation)
      await settle()
      expect(waiting()).toBe(2)
      await clock.advance(300)
      expect([startedAt, clock.pending]).toEqual([[0, 100, 200], 0])
    }
  })

  test('a call that waits belongs to no endpoint yet', async () => {
    const { calls } = poolOf({}, [door(() => 500)])
    const recording = recordEvents(calls)
    void calls.execute(whereTo)
    const queued = recording.events.find(({ type }) => type === 'call.queued')
    expect(queued).toMatchObject({ policy: 'failover', waiting: 1 })
    expect(queued).not.toHaveProperty('endpoint')
  })

  test('looks again when an endpoint gets room that nobody announces', async () => {
    const clock = new VirtualClock()
    const breaker = circuitBreaker()
    const calls = pipeline([failover({ endpoints: endpoints.slice(0, 1) }), breaker], { clock })
    breaker.isolate('a')
    const answer = calls.execute(whereTo)
    await clock.advance(5000)
    breaker.close('a')
    await clock.advance(1000)
    expect([await answer, clock.pending]).toEqual(['a', 0])
  })

  test('a gate that cannot be asked ends the call with its error, not the process', async () => {
    const broken = new Error('broken')
    const { calls } = poolOf({}, [
      {
        name: 'broken',
        enter: () => {
          throw broken
        },
        leave() {},
        readyInMs: () => {
          throw broken
        },
      },
    ])
    expect(await calls.execute(whereTo).catch(caught)).toBe(broken)
  })

  test('disposing refuses those who wait', async () => {
    const { clock, calls } = poolOf({}, [door(() => 500)])
    const answer = calls.execute(whereTo).catch(caught)
    calls.dispose()
    expect(await answer).toMatchObject({ name: 'NoEndpointReadyError', reason: 'disposed' })
    expect(clock.pending).toBe(0)
  })

  test('a call with less time left than recent answers took takes no place from others, until those are long ago', async () => {
    const clock = new VirtualClock()
    const pool = failover({ endpoints: endpoints.slice(0, 1) })
    const [hasty, patient] = [40_000, 180_000].map((totalMs) => pipeline([timeout({ totalMs }), pool], { clock }))
    const operation = scriptedOperation([{ value: 1, afterMs: 50_000 }, { value: 2 }])
    void patient?.execute(operation)
    await clock.advance(50_000)
    expect(await hasty?.execute(operation).catch(caught)).toMatchObject({
      name: 'NoEndpointReadyError',
      reason: 'waited_too_long',
      message: 'failover: none of a can answer the call in time.',
    })
    await clock.advance(300_000)
    const later = hasty?.execute(operation)
    await clock.advance(0)
    expect([await later, operation.runs]).toEqual([2, 2])
  })

  test('a call with little time left goes to the endpoint that still can answer it', async () => {
    const clock = new VirtualClock()
    const pool = failover({ endpoints: endpoints.slice(0, 2), order: 'ordered' })
    const [hasty, patient] = [40_000, 180_000].map((totalMs) => pipeline([timeout({ totalMs }), pool], { clock }))
    void patient?.execute(scriptedOperation([{ value: 1, afterMs: 50_000 }]))
    await clock.advance(50_000)
    expect(await hasty?.execute(whereTo)).toBe('b')
  })
})
