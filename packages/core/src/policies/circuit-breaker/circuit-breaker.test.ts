import { ConsecutiveBreaker, isBrokenCircuitError } from 'cockatiel'
import { describe, expect, test } from 'vitest'
import {
  circuitBreaker,
  createContextKey,
  failure,
  pipeline,
  rejected,
  type CircuitBreakerOptions,
  type Gate,
} from '../../index.ts'
import { recordEvents, scriptedOperation, VirtualClock } from '../../testing.ts'
import { caught } from '../../kernel/__fixtures__/ended.ts'
import { breakerOf, busy } from './__fixtures__/breaker.ts'

const tenant = createContextKey('tenant', '')
const CIRCUIT_EVENTS = ['circuit.opened', 'circuit.half_opened', 'circuit.closed', 'circuit.rejected'] as const

describe('circuitBreaker', () => {
  test('refuses while open, with the time of the next probe and what opened it', async () => {
    const { clock, calls, fail } = breakerOf()
    await fail(3)
    await clock.advance(4000)
    const operation = scriptedOperation([{ value: 1 }])
    const error = await calls.execute(operation).catch(caught)
    expect(error).toMatchObject({
      name: 'CircuitOpenError',
      code: 'ERR_SPILLWAY_CIRCUIT_OPEN',
      reason: 'open',
      retryAfterMs: 6000,
      cause: busy,
      verdict: { kind: 'rejected', scope: 'endpoint', retryAfterMs: 6000, sent: false, billed: 'no' },
      message: 'circuitBreaker is open after failures. The next probe is due in 6000 ms.',
    })
    expect(isBrokenCircuitError(error)).toBe(true)
    expect(operation.runs).toBe(0)
  })

  test('tells each change once', async () => {
    const { clock, calls, fail } = breakerOf()
    const recording = recordEvents(calls)
    await clock.advance(500)
    await fail(4)
    await clock.advance(10_000)
    await calls.execute(async () => 1)
    expect(recording.timeline(...CIRCUIT_EVENTS)).toEqual([
      '500 circuit.opened',
      '500 circuit.rejected',
      '10500 circuit.half_opened',
      '10500 circuit.closed',
    ])
    expect(recording.events.find(({ type }) => type === 'circuit.opened')).toMatchObject({
      policy: 'circuitBreaker',
      partition: '',
      openForMs: 10_000,
      verdict: 'overloaded',
    })
  })

  // trap: trips-at-low-traffic
  test('with defaults it opens on five failures in two minutes, however few calls there are', async () => {
    const clock = new VirtualClock()
    const breaker = circuitBreaker()
    const calls = pipeline([breaker], { clock })
    for (let i = 0; i < 5; i++) {
      await calls.execute(() => Promise.reject(busy)).catch(caught)
      await clock.advance(24_000)
    }
    expect(breaker.stateOf()).toBe('open')
  })

  test('with defaults its breaks grow by half, from 4 s to 15 s', async () => {
    const clock = new VirtualClock()
    const calls = pipeline([circuitBreaker()], { clock })
    const recording = recordEvents(calls)
    for (let i = 0; i < 12; i++) {
      await calls.execute(() => Promise.reject(busy)).catch(caught)
      await clock.advance(i < 4 ? 0 : 15_000)
    }
    const breaks = recording.events.flatMap((event) => (event.type === 'circuit.opened' ? [event.openForMs] : []))
    expect(breaks).toEqual([4000, 6000, 9000, 13_500, 15_000, 15_000, 15_000, 15_000])
  })

  // trap: rejections-blame-nobody
  // trap: cancel-is-neutral
  test("what is the request's own fault, the caller's wish or our own refusal never opens it", async () => {
    const full: Gate = { name: 'full', enter: () => refusal, leave() {} }
    const refusal = Object.assign(new Error('full'), {
      isSpillwayError: true,
      code: 'FULL',
      verdict: rejected(),
    } as const)
    const inside = breakerOf({}, [full])
    await inside.fail(10)
    expect(inside.breaker.stateOf()).toBe('closed')

    const { breaker, calls, fail } = breakerOf()
    await fail(10, 'request_failed')
    for (let i = 0; i < 10; i++) {
      const caller = new AbortController()
      const answer = calls.execute(scriptedOperation([{ hang: true }]), { signal: caller.signal }).catch(caught)
      caller.abort('gone')
      await answer
    }
    expect(breaker.stateOf()).toBe('closed')
  })

  test('a probe that its caller ends makes room for the next at once', async () => {
    const { clock, breaker, calls, fail } = breakerOf()
    await fail(3)
    await clock.advance(10_000)
    const caller = new AbortController()
    const probe = calls.execute(scriptedOperation([{ hang: true }]), { signal: caller.signal }).catch(caught)
    expect(await calls.execute(async () => 1).catch(caught)).toMatchObject({
      reason: 'half_open',
      message: 'circuitBreaker is open after failures, and a probe is under way. The next call may go in 3000 ms.',
    })
    caller.abort('gone')
    await probe
    expect(await calls.execute(async () => 'next probe')).toBe('next probe')
    expect(breaker.stateOf()).toBe('closed')
  })

  test('a probe that outlives its lease closes it, which is told when the next call comes', async () => {
    const { clock, calls, fail } = breakerOf()
    await fail(3)
    await clock.advance(10_000)
    const recording = recordEvents(calls)
    void calls.execute(scriptedOperation([{ hang: true }])).catch(caught)
    await clock.advance(3000)
    await calls.execute(async () => 1)
    expect(recording.timeline(...CIRCUIT_EVENTS)).toEqual(['10000 circuit.half_opened', '13000 circuit.closed'])
  })

  test('what it ignores neither opens nor closes it', async () => {
    const { clock, breaker, calls, fail } = breakerOf({ ignores: ['overloaded'] })
    await fail(20)
    expect(breaker.stateOf()).toBe('closed')
    await fail(3, 'transient')
    expect(breaker.stateOf()).toBe('open')
    await clock.advance(10_000)
    await fail(1)
    expect(breaker.stateOf()).toBe('half_open')
    await calls.execute(async () => 1)
    expect(breaker.stateOf()).toBe('closed')
  })

  test('a stream counts by how it ended', async () => {
    const { calls, breaker, clock } = breakerOf({ breaker: () => new ConsecutiveBreaker(1) })
    await calls.execute(async (context) => {
      const body = context.openBody()
      clock.setTimer(10, () => body.end(failure(new Error('cut'), { kind: 'transient' })))
      return 'stream'
    })
    expect(breaker.stateOf()).toBe('closed')
    await clock.advance(10)
    expect(breaker.stateOf()).toBe('open')
  })

  // trap: due-probe-is-seen
  test('looking changes nothing: an open circuit whose probe is due says until when it was open', async () => {
    const { clock, breaker, fail } = breakerOf()
    await fail(3)
    await clock.advance(60_000)
    const seen = Array.from({ length: 3 }, () => breaker.snapshot?.())
    expect(new Set(seen.map((each) => JSON.stringify(each))).size).toBe(1)
    expect(seen[0]).toEqual({
      partitions: { '': { state: 'open', openUntil: 10_000, retryAfterMs: 0, inFlight: 0, waiting: 0 } },
    })
    expect(breaker.stateOf()).toBe('open')
  })

  test('who asks when it would admit leaves no trace', async () => {
    const { breaker, calls } = breakerOf()
    const ready = await pipeline([]).execute(async (context) => breaker.readyInMs?.(context))
    expect([ready, breaker.snapshot?.()]).toEqual([0, { partitions: {} }])
    await calls.execute(async () => 1)
    const closed = { state: 'closed', retryAfterMs: 0, inFlight: 0, waiting: 0 }
    expect(breaker.snapshot?.()).toStrictEqual({ partitions: { '': closed } })
  })

  // trap: wall-clock-jumps
  test('a jump of the wall clock changes nothing', async () => {
    const { clock, breaker, calls, fail } = breakerOf()
    let wall = 1e12
    clock.wallTime = () => wall
    await fail(3)
    wall += 3_600_000
    expect(await calls.execute(async () => 1).catch(caught)).toMatchObject({ retryAfterMs: 10_000 })
    wall -= 7_200_000
    await clock.advance(10_000)
    await calls.execute(async () => 1)
    expect(breaker.stateOf()).toBe('closed')
  })

  test('more failing keys than it may remember leave a bounded state, and what is held open by hand stays so', async () => {
    const { breaker, calls } = breakerOf({
      breaker: () => new ConsecutiveBreaker(1),
      partitionKey: (context) => context.get(tenant),
      maxPartitions: 50,
    })
    breaker.isolate('held')
    for (let i = 0; i < 1000; i++)
      await calls.execute(() => Promise.reject(busy), { values: [[tenant, `tenant ${i}`]] }).catch(caught)
    const state = breaker.snapshot?.() as { partitions: object }
    expect(Object.keys(state.partitions)).toHaveLength(50)
    expect(breaker.stateOf('held')).toBe('isolated')
  })

  test('a result that comes after its partition was forgotten decides nothing for the next one of that name', async () => {
    const { clock, breaker, calls } = breakerOf({
      breaker: () => new ConsecutiveBreaker(1),
      partitionKey: (context) => context.get(tenant),
      maxPartitions: 1,
    })
    const late = scriptedOperation([{ error: busy, afterMs: 100 }])
    void calls.execute(late, { values: [[tenant, 'acme']] }).catch(caught)
    await calls.execute(async () => 1, { values: [[tenant, 'other']] })
    await calls.execute(async () => 1, { values: [[tenant, 'acme']] })
    await clock.advance(100)
    expect(breaker.stateOf('acme')).toBe('closed')
  })

  test('a strategy that throws costs no call its own error', async () => {
    const broken = new ConsecutiveBreaker(3)
    const { calls } = breakerOf({ breaker: () => broken })
    const recording = recordEvents(calls)
    broken.failure = () => {
      throw new RangeError('no such window')
    }
    expect(await calls.execute(() => Promise.reject(busy)).catch(caught)).toBe(busy)
    expect(recording.events.find(({ type }) => type === 'diagnostic.reported')).toMatchObject({
      errorName: 'RangeError',
    })
  })

  test('says what it is, whatever it is called', () => {
    const { name, kind, options } = circuitBreaker({ name: 'relay', probeLeaseMs: 500 })
    expect([name, kind, options]).toMatchObject(['relay', 'circuitBreaker', { name: 'relay', probeLeaseMs: 500 }])
  })

  test('strategies that cannot be made yet are asked for again when a call needs one', async () => {
    let ready = false
    const breaker = () => {
      if (!ready) throw new RangeError('not configured yet')
      return new ConsecutiveBreaker(1)
    }
    const made = breakerOf({ breaker })
    ready = true
    await made.fail(1)
    expect(made.breaker.stateOf()).toBe('open')
  })

  test.each([
    [{ breaker: new ConsecutiveBreaker(3) }, 'circuitBreaker.breaker must be a function, got a value of type object.'],
    [{ halfOpenAfter: -1 }, 'circuitBreaker.halfOpenAfter must be a number of at least 0, got -1.'],
    [{ halfOpenAfter: '4s' }, "circuitBreaker.halfOpenAfter must be milliseconds or a backoff, got '4s'."],
    [{ halfOpenAfter: null }, 'circuitBreaker.halfOpenAfter must be milliseconds or a backoff, got null.'],
    [{ partitionKey: 'endpoint' }, "circuitBreaker.partitionKey must be a function, got 'endpoint'."],
    [{ openAfterMs: Infinity }, 'circuitBreaker.openAfterMs must be a number of at least 0, got Infinity.'],
    [{ probeLeaseMs: Number.NaN }, 'circuitBreaker.probeLeaseMs must be a number of at least 0 or Infinity, got NaN.'],
    [{ whenOpen: 'queue' }, "circuitBreaker.whenOpen must be one of reject, wait, got 'queue'."],
    [{ ignores: 'overloaded' }, "circuitBreaker.ignores must be a list of verdicts, got 'overloaded'."],
    [{ ignores: ['503'] }, /^circuitBreaker\.ignores\[0\] must be one of success, overloaded/],
    [{ dryRun: 1 }, 'circuitBreaker.dryRun must be true or false, got 1.'],
    [{ breaker: () => ({}) }, 'circuitBreaker.breaker must be a function that makes a breaker of cockatiel'],
    [
      { breaker: () => ({ success() {} }) },
      'circuitBreaker.breaker must be a function that makes a breaker of cockatiel',
    ],
    [
      { breaker: () => ({ failure() {} }) },
      'circuitBreaker.breaker must be a function that makes a breaker of cockatiel',
    ],
    [{ maxPartitions: 1.5 }, 'circuitBreaker.maxPartitions must be an integer of at least 1, got 1.5.'],
    [{ threshold: 5 }, /^circuitBreaker\.threshold must be one of name, breaker/],
  ])('refuses %o before any work', (options, message) => {
    expect(() => circuitBreaker(options as CircuitBreakerOptions)).toThrow(message)
  })
})
