import { ConsecutiveBreaker, CountBreaker, IterableBackoff } from 'cockatiel'
import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { pipeline, windowBreaker, type CircuitBreakerOptions, type CircuitBreakerSnapshot } from '../../index.ts'
import { recordEvents } from '../../testing.ts'
import { caught } from '../../kernel/__fixtures__/ended.ts'
import { breakerOf } from './__fixtures__/breaker.ts'

const EVENTS = ['circuit.restored', 'circuit.snapshot_refused', 'circuit.half_opened', 'circuit.closed'] as const

/** What the first process saves goes through a file; the second starts when the wall clock says so, at 0 of its own. */
const restart = (from: ReturnType<typeof breakerOf>, afterMs: number, options: CircuitBreakerOptions = {}) => {
  const data: unknown = JSON.parse(JSON.stringify(from.breaker.save()))
  const wall = from.clock.wallTime() + afterMs
  const made = breakerOf(options)
  made.clock.wallTime = () => wall + made.clock.now()
  return { ...made, data, accepted: made.breaker.restore(data), recording: recordEvents(made.calls) }
}

const ask = ({ calls }: ReturnType<typeof breakerOf>): Promise<unknown> =>
  calls.execute(async () => 'served').catch(caught)

describe('circuitBreaker after a restart', () => {
  // trap: restored-due-time
  test('a probe is due when it would have been', async () => {
    const before = breakerOf()
    await before.fail(3)
    await before.clock.advance(2000)
    const after = restart(before, 5000)
    expect([after.accepted, after.breaker.stateOf()]).toEqual([true, 'open'])
    expect(await ask(after)).toMatchObject({ reason: 'open', retryAfterMs: 3000 })
    await after.clock.advance(3000)
    expect(await ask(after)).toBe('served')
    expect(after.recording.timeline(...EVENTS)).toEqual([
      '0 circuit.restored',
      '3000 circuit.half_opened',
      '3000 circuit.closed',
    ])
    expect(after.recording.events.find(({ type }) => type === 'circuit.restored')).toMatchObject({
      partition: '',
      state: 'open',
      openForMs: 3000,
    })
  })

  test('data that comes later, while the process is at work, is told with the time that is left', async () => {
    const before = breakerOf()
    await before.fail(3)
    const { clock, breaker, calls } = breakerOf()
    await calls.execute(async () => 1)
    await clock.advance(4000)
    const recording = recordEvents(calls)
    breaker.restore(before.breaker.save())
    expect(recording.events).toMatchObject([{ type: 'circuit.restored', at: 4000, openForMs: 6000 }])
  })

  test('what was closed lets those go who wait, at once', async () => {
    const { breaker, calls, fail } = breakerOf({ whenOpen: 'wait' })
    const closed = breaker.save()
    await fail(3)
    const answer = calls.execute(async () => 'served')
    breaker.restore({ ...closed, partitions: { '': { state: 'closed', lastBreakMs: 0, breaks: 0 } } })
    expect(await answer).toBe('served')
  })

  test('with a probe under way, the next one is due at once', async () => {
    const before = breakerOf()
    await before.fail(3)
    await before.clock.advance(10_000)
    void before.calls.execute(() => new Promise(() => {})).catch(caught)
    expect(before.breaker.stateOf()).toBe('half_open')
    expect(await ask(restart(before, 1))).toBe('served')
  })

  // trap: restored-due-time
  // trap: wall-clock-jumps
  test('whatever the wall clock did meanwhile, no break is longer than it was', async () => {
    const before = breakerOf()
    await before.fail(3)
    expect(await ask(restart(before, -3_600_000))).toMatchObject({ retryAfterMs: 10_000 })
    expect(await ask(restart(before, 3_600_000))).toBe('served')
  })

  // trap: isolation-is-releasable
  test('held open by hand stays so, and can be closed', async () => {
    const before = breakerOf()
    before.breaker.isolate()
    const after = restart(before, 1e9)
    expect(await ask(after)).toMatchObject({ reason: 'isolated' })
    expect(after.recording.events.find(({ type }) => type === 'circuit.restored')).toMatchObject({
      state: 'isolated',
      openForMs: Infinity,
    })
    after.breaker.close()
    expect([after.breaker.stateOf(), await ask(after)]).toEqual(['closed', 'served'])
    const again = restart(before, 1e9)
    again.breaker.close()
    expect(await ask(again)).toBe('served')
  })

  test('breaks go on growing where they were', async () => {
    const growing = { halfOpenAfter: new IterableBackoff([4000, 8000, 16_000]) }
    const before = breakerOf(growing)
    await before.fail(3)
    await before.clock.advance(4000)
    await before.fail(1)
    const after = restart(before, 8000, growing)
    await after.fail(1)
    expect(await ask(after)).toMatchObject({ retryAfterMs: 16_000 })
  })

  test.each<[string, CircuitBreakerOptions]>([
    ['in a row', { breaker: () => new ConsecutiveBreaker(3) }],
    ['of the last calls', { breaker: () => new CountBreaker({ threshold: 0.5, size: 10, minimumNumberOfCalls: 3 }) }],
    ['of the last minutes', { breaker: () => windowBreaker({ minimumCalls: 3 }) }],
  ])('failures %s go on being counted', async (_, options) => {
    const before = breakerOf(options)
    await before.fail(2)
    const after = restart(before, 60_000, options)
    await after.fail(1)
    expect(after.breaker.stateOf()).toBe('open')
  })

  // trap: stale-counts
  test('a window that is over counts nothing', async () => {
    const options = { breaker: () => windowBreaker({ minimumCalls: 3 }) }
    const before = breakerOf(options)
    await before.fail(2)
    const after = restart(before, 120_000, options)
    await after.fail(2)
    expect([after.breaker.stateOf(), after.recording.timeline(...EVENTS)]).toEqual(['closed', []])
  })

  // trap: foreign-snapshot
  test.each<[string, CircuitBreakerOptions, CircuitBreakerOptions]>([
    [
      'of another size',
      { breaker: () => new CountBreaker({ threshold: 0.5, size: 10 }) },
      { breaker: () => new CountBreaker({ threshold: 0.5, size: 20 }) },
    ],
    ['of another kind', {}, { breaker: () => windowBreaker() }],
    ['of another window', { breaker: () => windowBreaker() }, { breaker: () => windowBreaker({ windowMs: 60_000 }) }],
  ])('counts of a strategy %s begin anew, which is told, and an open circuit stays open', async (_, first, second) => {
    const before = breakerOf(first)
    await before.fail(1, 'quota_exhausted')
    const after = restart(before, 1000, second)
    expect(await ask(after)).toMatchObject({ reason: 'open', retryAfterMs: 9000 })
    expect(after.recording.events.find(({ type }) => type === 'circuit.snapshot_refused')).toMatchObject({
      reason: 'strategy',
      partition: '',
    })
  })

  // trap: foreign-snapshot
  test.each<[unknown, string]>([
    [undefined, 'shape'],
    ['text', 'shape'],
    [[], 'shape'],
    [{ version: 2 }, 'version'],
    [{ version: 1, savedAt: 'yesterday', partitions: {} }, 'shape'],
    [{ version: 1, savedAt: -1, partitions: {} }, 'shape'],
    [{ version: 1, savedAt: 0, partitions: [] }, 'shape'],
    [
      { version: 1, savedAt: 0, partitions: { a: { state: 'half_open', openUntil: 5, lastBreakMs: 0, breaks: 0 } } },
      'shape',
    ],
    [{ version: 1, savedAt: 0, partitions: { a: null } }, 'shape'],
    [{ version: 1, savedAt: 0, partitions: { a: { state: 'half_open', lastBreakMs: 0, breaks: 0 } } }, 'shape'],
    [{ version: 1, savedAt: 0, partitions: { a: { state: 'open', lastBreakMs: 0, breaks: 0 } } }, 'shape'],
    [{ version: 1, savedAt: 0, partitions: { a: { state: 'closed', lastBreakMs: null, breaks: 0 } } }, 'shape'],
    [{ version: 1, savedAt: 0, partitions: { a: { state: 'closed', lastBreakMs: 0, breaks: 0.5 } } }, 'shape'],
    [
      { version: 1, savedAt: 0, partitions: { a: { state: 'closed', lastBreakMs: 0, breaks: 0, closedAt: '' } } },
      'shape',
    ],
  ])('%# data of another shape changes nothing, and is told', async (data, reason) => {
    const { breaker, calls, fail } = breakerOf()
    const recording = recordEvents(calls)
    await fail(2)
    expect(breaker.restore(data)).toBe(false)
    const about = { type: 'circuit.snapshot_refused', policy: 'circuitBreaker', pipeline: 'pipeline', at: 0 }
    expect(recording.events.at(-1)).toStrictEqual({ ...about, reason })
    await fail(1)
    expect(breaker.stateOf()).toBe('open')
  })

  test('what was saved waits for the first call, and can be saved again before that', () => {
    const { breaker } = breakerOf()
    const a = { state: 'open', openUntil: 5000, lastBreakMs: 4000, breaks: 1 } as const
    const data: CircuitBreakerSnapshot = { version: 1, savedAt: 1000, partitions: { a } }
    breaker.restore(data)
    expect([breaker.save(), breaker.stateOf('a')]).toEqual([data, 'open'])
    breaker.close('a')
    expect(breaker.stateOf('a')).toBe('closed')
  })

  test('what is done by hand before the first call goes before what was saved', async () => {
    const before = breakerOf()
    await before.fail(3)
    const after = restart(before, 0)
    after.breaker.isolate()
    expect(await ask(after)).toMatchObject({ reason: 'isolated' })
  })

  test('whoever asks first when it would admit sees what was saved', async () => {
    const before = breakerOf()
    await before.fail(3)
    const made = breakerOf()
    made.clock.wallTime = before.clock.wallTime.bind(before.clock)
    made.breaker.restore(before.breaker.save())
    const ready = await pipeline([], { clock: made.clock }).execute(async (context) =>
      made.breaker.readyInMs?.(context),
    )
    expect(ready).toBe(10_000)
  })

  const step = fc.oneof(
    fc.record({ advance: fc.nat(8000) }),
    fc.constantFrom('fail', 'succeed', 'hang', 'isolate', 'close', 'quota'),
  )

  // trap: isolation-is-releasable
  test.prop([fc.array(step, { maxLength: 20 }), fc.integer({ min: -100_000, max: 1_000_000 })])(
    'every state that can be saved can be restored, and be left again',
    async (steps, afterMs) => {
      const before = breakerOf()
      for (const each of steps) {
        if (typeof each === 'object') await before.clock.advance(each.advance)
        else if (each === 'fail') await before.fail(1)
        else if (each === 'quota') await before.fail(1, 'quota_exhausted')
        else if (each === 'succeed') await ask(before)
        else if (each === 'hang') void before.calls.execute(() => new Promise(() => {})).catch(caught)
        else before.breaker[each]()
      }
      const after = restart(before, afterMs)
      expect(after.accepted).toBe(true)
      if (after.breaker.stateOf() === 'isolated') after.breaker.close()
      await ask(after)
      await after.clock.advance(60_000)
      expect(await ask(after)).toBe('served')
    },
  )
})
