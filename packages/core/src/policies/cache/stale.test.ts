import { describe, expect, test } from 'vitest'
import { cache, failure, memoryCacheStore, retry, timeout, type CallContext, type Gate } from '../../index.ts'
import { scriptedOperation, settle, VirtualClock } from '../../testing.ts'
import { asking } from './__fixtures__/asking.ts'

const busy = new Error('503')
const renews = { ttlMs: 1000, staleWhileRevalidateMs: 4000, staleIfErrorMs: 0 }

describe('a stale answer, while it is renewed', () => {
  test('is given at once, to everybody, from one call in the background', async () => {
    const { ask, calls, clock, said } = asking([cache(renews)])
    const operation = scriptedOperation([{ value: 'old' }, { value: 'new', afterMs: 500 }])
    const first = ask('a', operation)
    await clock.advance(2000)
    expect([await first, await ask('a', operation), await ask('a', operation)]).toEqual(['old', 'old', 'old'])
    expect(calls.state()).toMatchObject({
      inFlight: 0,
      policies: [{ state: { inFlight: 1, storing: 0, waiting: 0, revalidating: 1 } }],
    })
    await clock.run()
    expect([await ask('a', operation), operation.runs]).toEqual(['new', 2])
    expect(said().slice(2)).toEqual([
      { type: 'cache.hit', at: 2000, callId: 2, ageMs: 2000, stale: true },
      { type: 'cache.hit', at: 2000, callId: 3, ageMs: 2000, stale: true },
      { type: 'cache.revalidated', at: 2500, callId: 2, verdict: 'success', durationMs: 500 },
      { type: 'cache.stored', at: 2500, callId: 2 },
      { type: 'cache.hit', at: 2500, callId: 4, ageMs: 0, stale: false },
    ])
    expect(calls.state().policies[0]?.state).toEqual({ inFlight: 0, storing: 0, waiting: 0, revalidating: 0 })
  })

  test('stays when the background call fails, and the next call tries again', async () => {
    const { ask, clock, said } = asking([cache(renews)])
    const operation = scriptedOperation([{ value: 'old' }, { error: busy, afterMs: 10 }, { value: 'new', afterMs: 10 }])
    const first = ask('a', operation)
    await clock.advance(2000)
    const second = ask('a', operation)
    await clock.advance(100)
    const third = ask('a', operation)
    await clock.advance(100)
    expect([await first, await second, await third, await ask('a', operation)]).toEqual(['old', 'old', 'old', 'new'])
    expect(said()).toContainEqual({
      type: 'cache.revalidated',
      at: 2010,
      callId: 2,
      verdict: 'overloaded',
      durationMs: 10,
    })
  })

  test('is waited for like any other when the old one has become too old', async () => {
    const { ask, clock } = asking([cache(renews)])
    const operation = scriptedOperation([{ value: 'old' }, { value: 'new', afterMs: 5000 }])
    const first = ask('a', operation)
    await clock.advance(4000)
    const second = ask('a', operation)
    await clock.advance(1000)
    const third = ask('a', operation)
    await clock.run()
    expect([await first, await second, await third, operation.runs]).toEqual(['old', 'old', 'new', 2])
  })

  test('is renewed although the caller who started it, or somebody who joined, has left', async () => {
    const { ask, clock } = asking([cache(renews)])
    const callers = [new AbortController(), new AbortController()]
    const operation = scriptedOperation([{ value: 'old' }, { value: 'new', afterMs: 5000 }])
    const first = ask('a', operation)
    await clock.advance(4000)
    const second = ask('a', operation, callers[0]?.signal)
    await clock.advance(1000)
    const third = ask('a', operation, callers[1]?.signal)
    for (const caller of callers) caller.abort('gone')
    await clock.run()
    expect([await first, await second, await third, operation.aborts]).toEqual(['old', 'old', 'gone', []])
    expect(await ask('a', operation)).toBe('new')
  })

  test('is renewed no longer than the call that asked for it could have waited', async () => {
    const { ask, calls, clock } = asking([timeout({ totalMs: 3000 }), cache(renews), retry()])
    const operation = scriptedOperation([{ value: 'old' }, { hang: true }])
    const first = ask('a', operation)
    await clock.advance(2000)
    const second = ask('a', operation)
    await clock.advance(2999)
    // A renewal keeps no process alive.
    expect([operation.running, clock.pending]).toEqual([1, 0])
    await clock.advance(1)
    expect([await first, await second, operation.running]).toEqual(['old', 'old', 0])
    expect(operation.aborts).toMatchObject([{ name: 'AbortError' }])
    expect([clock.pending, calls.state().policies[1]?.state]).toEqual([
      0,
      { inFlight: 0, storing: 0, waiting: 0, revalidating: 0 },
    ])
  })

  test('is not renewed after the end of the pipeline, which ends what is at work and keeps those who wait', async () => {
    const { ask, calls, clock } = asking([cache(renews)])
    const operation = scriptedOperation<unknown>([
      { value: 1 },
      { value: 2 },
      { hang: true },
      { value: 'waited for', afterMs: 100 },
    ])
    const first = [ask('a', operation), ask('b', operation)]
    await clock.advance(2000)
    await Promise.all([...first, ask('a', operation)])
    const waiting = ask('c', operation)
    await settle()
    expect(operation.running).toBe(2)
    calls.dispose()
    expect(operation.running).toBe(1)
    await clock.run()
    expect([await waiting, clock.pending]).toEqual(['waited for', 0])
  })

  test('leaves no timer behind when it was renewed in time', async () => {
    const clock = new VirtualClock()
    const timers = new Set<object>()
    const setTimer = clock.setTimer.bind(clock)
    clock.setTimer = (delayMs, callback) => {
      const timer = setTimer(delayMs, () => {
        timers.delete(timer)
        callback()
      })
      const cancel = timer.cancel.bind(timer)
      timer.cancel = () => {
        timers.delete(timer)
        cancel()
      }
      timers.add(timer)
      return timer
    }
    const patient: Gate = {
      name: 'patient',
      enter: (context) => context.endBy(clock.now() + 3000) as undefined,
      leave() {},
    }
    const { ask } = asking([patient, cache(renews)], clock)
    const operation = scriptedOperation([{ value: 'old' }, { value: 'new', afterMs: 500 }])
    const first = ask('a', operation)
    await clock.advance(2000)
    expect([await first, await ask('a', operation), timers.size]).toEqual(['old', 'old', 2])
    await clock.advance(500)
    expect(timers.size).toBe(0)
  })

  test('is not renewed by a cache whose other pipeline has ended', async () => {
    const answers = cache({ ...renews, store: memoryCacheStore() })
    const [one, other] = [asking([answers]), asking([answers])]
    await one.ask('a', async () => 'old')
    one.calls.dispose()
    await other.clock.advance(2000)
    const operation = scriptedOperation([{ value: 'new' }])
    expect([await other.ask('a', operation), operation.runs]).toEqual(['old', 0])
  })

  test('is not replaced by a stream, which nobody would read', async () => {
    const { ask, calls, clock } = asking([cache(renews)])
    const contexts: CallContext[] = []
    const operation = async (context: CallContext): Promise<string> => {
      if (contexts.push(context) === 1) return 'old'
      const body = context.openBody()
      context.onAbort((reason) => body.end(failure(reason, { kind: 'canceled' })))
      return 'stream'
    }
    await ask('a', operation)
    await clock.advance(2000)
    expect(await ask('a', operation)).toBe('old')
    await settle()
    expect([contexts[1]?.aborted, contexts[1]?.body?.ended, calls.state().inFlight]).toEqual([true, true, 0])
  })
})

describe('a stale answer, in place of a failure', () => {
  const uses = { ttlMs: 1000, staleIfErrorMs: 9000 }

  test('is given to everybody who waited, as long as it is not too old', async () => {
    const { ask, clock, said } = asking([cache(uses)])
    const operation = scriptedOperation([{ value: 'old' }, { error: busy, afterMs: 500 }])
    const first = ask('a', operation)
    await clock.advance(9000)
    const answers = [ask('a', operation), ask('a', operation)]
    await clock.advance(500)
    expect([await first, ...(await Promise.all(answers))]).toEqual(['old', 'old', 'old'])
    expect(said().slice(2)).toEqual([
      { type: 'cache.missed', at: 9000, callId: 2 },
      { type: 'cache.coalesced', at: 9000, callId: 3, leader: 2, waiting: 2 },
      { type: 'cache.stale_used', at: 9500, callId: 2, ageMs: 9500, verdict: 'overloaded' },
    ])
    const late = ask('a', operation)
    await clock.run()
    expect(await late).toBe(busy)
  })

  test.each([
    ['overloaded', true],
    ['throttled', true],
    ['quota_exhausted', true],
    ['transient', true],
    ['endpoint_failed', true],
    ['rejected', true],
    ['empty', true],
    ['request_failed', false],
    ['canceled', false],
  ] as const)('for %s: %s', async (kind, stands) => {
    const error = Object.assign(new Error(kind), { isSpillwayError: true, verdict: { kind } })
    const { ask, clock } = asking([cache(uses)])
    const operation = scriptedOperation<unknown>([{ value: 'old' }, kind === 'empty' ? { value: 0 } : { error }])
    const first = ask('a', operation)
    await clock.advance(2000)
    const second = ask('a', operation)
    await clock.run()
    expect([await first, await second]).toEqual(['old', stands ? 'old' : error])
  })

  test('is given when the time of the call inside is up', async () => {
    const { ask, clock } = asking([cache(uses), timeout({ totalMs: 3000 })])
    const operation = scriptedOperation([{ value: 'old' }, { hang: true }])
    const first = ask('a', operation)
    await clock.advance(2000)
    const second = ask('a', operation)
    await clock.run()
    expect([await first, await second, clock.now()]).toEqual(['old', 'old', 5000])
  })

  test('is not given to a caller who left', async () => {
    const { ask, clock } = asking([cache(uses)])
    const caller = new AbortController()
    const operation = scriptedOperation([{ value: 'old' }, { hang: true }])
    const first = ask('a', operation)
    await clock.advance(2000)
    const second = ask('a', operation, caller.signal)
    caller.abort('gone')
    expect([await first, await second]).toEqual(['old', 'gone'])
  })

  test('is not given when it was forgotten meanwhile', async () => {
    const answers = cache(uses)
    const { ask, clock } = asking([answers])
    const operation = scriptedOperation([{ value: 'old' }, { error: busy, afterMs: 500 }])
    const first = ask('a', operation)
    await clock.advance(2000)
    const second = ask('a', operation)
    await answers.forget('a')
    await clock.run()
    expect([await first, await second]).toEqual(['old', busy])
  })

  test('needs no time of freshness: with a ttl of 0 every call asks', async () => {
    const { ask, clock } = asking([cache({ ttlMs: 0, staleIfErrorMs: 1000 })])
    const operation = scriptedOperation([{ value: 1 }, { value: 2 }, { error: busy }])
    const answers: unknown[] = []
    for (let i = 0; i < 3; i++) {
      const answer = ask('a', operation)
      await clock.run()
      answers.push(await answer)
    }
    expect(answers).toEqual([1, 2, 2])
  })
})
