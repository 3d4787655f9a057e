import { CircuitState, circuitBreaker as cockatielBreaker, ConstantBackoff, handleAll } from 'cockatiel'
import { describe, expect, test } from 'vitest'
import { InvalidOptionsError, windowBreaker, type WindowBreakerOptions } from '../../index.ts'
import { caught } from '../../kernel/__fixtures__/ended.ts'
import { breakerOf, busy } from './__fixtures__/breaker.ts'
import { WINDOW_BREAKER_DEFAULTS } from './window-breaker.ts'

describe('windowBreaker', () => {
  // trap: trips-at-low-traffic
  test('with its defaults opens within ten failing calls that are spread over two minutes', async () => {
    const { clock, breaker, fail } = breakerOf({ breaker: () => windowBreaker() })
    let failed = 0
    for (; breaker.stateOf() === 'closed' && failed < 20; failed++) {
      await fail(1)
      await clock.advance(12_000)
    }
    expect(failed).toBe(5)
  })

  test('opens on a share, not on a row', async () => {
    const { breaker, calls, fail } = breakerOf({
      breaker: () => windowBreaker({ failureRatio: 0.6, minimumCalls: 10 }),
    })
    const serve = () => calls.execute(async () => 1)
    for (let i = 0; i < 4; i++) await serve()
    await fail(5)
    expect(breaker.stateOf()).toBe('closed')
    await fail(1)
    expect(breaker.stateOf()).toBe('open')
  })

  // trap: stale-counts
  test('forgets what is older than its window, all of it after an idle time', async () => {
    const { clock, breaker, fail } = breakerOf({ breaker: () => windowBreaker({ windowMs: 10_000, minimumCalls: 5 }) })
    await fail(4)
    await clock.advance(10_000)
    await fail(4)
    expect(breaker.stateOf()).toBe('closed')
    await fail(1)
    expect(breaker.stateOf()).toBe('open')
  })

  // trap: completed-calls-only
  test('counts nothing that decides nothing', async () => {
    const { breaker, fail } = breakerOf({ breaker: () => windowBreaker() })
    await fail(4)
    await fail(20, 'throttled')
    await fail(20, 'request_failed')
    expect(breaker.stateOf()).toBe('closed')
    await fail(1)
    expect(breaker.stateOf()).toBe('open')
  })

  test('opens when too large a share of the calls is slow, although they succeed', async () => {
    const { clock, breaker, calls } = breakerOf({
      breaker: () => windowBreaker({ slowCallMs: 60_000, slowCallRatio: 0.5, minimumCalls: 4, windowMs: 1_000_000 }),
      openAfterMs: 6000,
    })
    const serve = async (takesMs: number): Promise<void> => {
      const answer = calls.execute(() => clockSleep(takesMs))
      await clock.advance(takesMs)
      await answer
    }
    const clockSleep = (ms: number) => new Promise<void>((resolve) => clock.setTimer(ms, resolve))
    for (const takesMs of [59_999, 59_999, 60_000]) await serve(takesMs)
    expect(breaker.stateOf()).toBe('closed')
    await serve(60_000)
    expect(breaker.stateOf()).toBe('open')
  })

  test('a share of failures that lasts opens it, although successes come in between', async () => {
    const { clock, breaker, calls, fail } = breakerOf({
      breaker: () => windowBreaker({ failureRatio: 0.5 }),
      openAfterMs: 6000,
    })
    for (let second = 0; second < 6; second++) {
      for (const kind of ['fail', 'serve', 'fail', 'fail'])
        await (kind === 'fail' ? fail(1) : calls.execute(async () => 1))
      expect(breaker.stateOf()).toBe('closed')
      await clock.advance(1000)
    }
    await calls.execute(async () => 1)
    await fail(1)
    expect(breaker.stateOf()).toBe('open')
  })

  test('a success after a break begins its counts anew', async () => {
    const { clock, breaker, calls, fail } = breakerOf({ breaker: () => windowBreaker() })
    await fail(5)
    await clock.advance(10_000)
    await calls.execute(async () => 1)
    await clock.advance(21_000)
    await fail(4)
    expect(breaker.stateOf()).toBe('closed')
    await fail(1)
    expect(breaker.stateOf()).toBe('open')
  })

  test('says nothing before there are enough calls, and then what speaks for opening', () => {
    const breaker = windowBreaker({ failureRatio: 0.5, slowCallMs: 1000, slowCallRatio: 0.5, minimumCalls: 4 })
    const tell = (kind: 'success' | 'failure', durationMs: number) => breaker.record({ kind, durationMs, now: 0 })
    expect([tell('failure', 0), tell('failure', 1000), tell('success', 999)]).toEqual([undefined, undefined, undefined])
    expect([tell('success', 0), tell('success', 0), tell('failure', 0)]).toEqual(['failures', undefined, 'failures'])
    expect([tell('success', 1000), tell('success', 1000)]).toEqual([undefined, undefined])
    expect([tell('success', 1000), tell('success', 1000)]).toEqual([undefined, 'slow_calls'])
  })

  test('with a share of 1 opens when all of them fail', () => {
    const breaker = windowBreaker({ failureRatio: 1, minimumCalls: 2 })
    const findings = [1, 2].map(() => breaker.record({ kind: 'failure', durationMs: 0, now: 0 }))
    expect(findings).toEqual([undefined, 'failures'])
  })

  test("as a breaker of cockatiel's counts successes too, and opens on any failure of a probe", () => {
    const breaker = windowBreaker({ failureRatio: 0.5, minimumCalls: 1, now: () => 0 })
    for (let i = 0; i < 3; i++) breaker.success(CircuitState.Closed)
    const closed = [1, 2, 3].map(() => breaker.failure(CircuitState.Closed))
    expect(closed).toEqual([false, false, true])
    breaker.success(CircuitState.HalfOpen)
    for (let i = 0; i < 3; i++) breaker.success(CircuitState.Closed)
    expect([breaker.failure(CircuitState.HalfOpen), breaker.failure(CircuitState.Closed)]).toEqual([true, false])
  })

  test("as a breaker of cockatiel's remembers when calls succeeded, too", () => {
    let now = 0
    const breaker = windowBreaker({ minimumCalls: 2, windowMs: 1000, now: () => now })
    breaker.failure(CircuitState.Closed)
    now = 950
    for (let i = 0; i < 3; i++) breaker.success(CircuitState.Closed)
    now = 1050
    const findings = [1, 2, 3].map(() => breaker.failure(CircuitState.Closed))
    expect(findings).toEqual([false, false, true])
  })

  test("is a breaker of cockatiel's as well, by a time of its own", async () => {
    let now = 0
    const theirs = cockatielBreaker(handleAll, {
      halfOpenAfter: new ConstantBackoff(1),
      breaker: windowBreaker({ minimumCalls: 3, windowMs: 1000, now: () => now }),
    })
    const fail = () => theirs.execute(() => Promise.reject(busy)).catch(caught)
    for (let i = 0; i < 2; i++) await fail()
    now = 1000
    for (let i = 0; i < 2; i++) await fail()
    expect(theirs.state).toBe(CircuitState.Closed)
    await fail()
    expect(theirs.state).toBe(CircuitState.Open)
  })

  test('outside of a circuitBreaker goes by the process clock where no other is given', () => {
    const elapsedMs = performance.now() - WINDOW_BREAKER_DEFAULTS.now()
    expect(Math.abs(elapsedMs)).toBeLessThan(1000)
  })

  test.each<[WindowBreakerOptions, string]>([
    [{ failureRatio: 0 }, 'windowBreaker.failureRatio must be a ratio above 0, up to 1, got 0.'],
    [{ failureRatio: 50 }, 'windowBreaker.failureRatio must be a ratio above 0, up to 1, got 50.'],
    [{ failureRatio: '0.5' as never }, "windowBreaker.failureRatio must be a ratio above 0, up to 1, got '0.5'."],
    [{ now: 5 as never }, 'windowBreaker.now must be a function, got 5.'],
    [{ minimumCalls: 0 }, 'windowBreaker.minimumCalls must be an integer of at least 1, got 0.'],
    [{ buckets: 1001 }, 'windowBreaker.buckets must be an integer from 1 to 1000, got 1001.'],
    [{ windowMs: 9 }, 'windowBreaker.windowMs must be a number of at least 10, got 9.'],
    [{ windowMs: NaN }, 'windowBreaker.windowMs must be a number of at least 10, got NaN.'],
    [{ slowCallMs: 0 }, 'windowBreaker.slowCallMs must be a number above 0 or Infinity, got 0.'],
    [{ slowCallMs: 5, slowCallRatio: NaN }, 'windowBreaker.slowCallRatio must be a ratio above 0, up to 1, got NaN.'],
    [
      { slowCallRatio: 0.5 },
      'windowBreaker.slowCallMs must be milliseconds where slowCallRatio is given, got Infinity.',
    ],
    [{ threshold: 0.5 } as never, 'windowBreaker.threshold must be one of failureRatio, minimumCalls'],
  ])('%# refuses %o, also inside a circuitBreaker before any call', (options, message) => {
    expect(() => windowBreaker(options)).toThrow(message)
    expect(() => breakerOf({ breaker: () => windowBreaker(options) })).toThrow(InvalidOptionsError)
    expect(() => breakerOf({ breaker: () => windowBreaker(options) })).toThrow(message)
  })
})
