import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { pipeline, retry, type Clock } from '../../index.ts'
import { ended } from '../../kernel/__fixtures__/ended.ts'
import { scriptedOperation, seededRandom, VirtualClock } from '../../testing.ts'
import { busy, classifier, run } from './__fixtures__/retrying.ts'
import { JITTERS } from './jitter.ts'

describe('how often', () => {
  // trap: attempts-include-the-first
  test.each([1, 2, 5])('maxAttempts %i is the number of runs, the first included', async (maxAttempts) => {
    const { answer, operation, delays, exhausted } = await run({ maxAttempts }, [{ error: busy }])
    expect(answer).toBe(busy)
    expect(operation.runs).toBe(maxAttempts)
    expect(delays).toHaveLength(maxAttempts - 1)
    expect(exhausted).toMatchObject({ reason: 'attempts', verdict: 'transient' })
  })

  test('says each time what it waits for, and at last why no more', async () => {
    const { recording } = await run({ maxAttempts: 2, jitter: 'none' }, [{ error: { kind: 'overloaded' } }])
    const said = recording.events.filter(({ type }) => type.startsWith('retry.'))
    const about = { pipeline: 'pipeline', callId: 1, policy: 'retry', verdict: 'overloaded' }
    expect(said).toStrictEqual([
      { ...about, type: 'retry.scheduled', at: 0, attempt: 1, delayMs: 2000 },
      { ...about, type: 'retry.exhausted', at: 2000, attempt: 2, reason: 'attempts' },
    ])
  })

  test('a success ends it', async () => {
    const { answer, operation } = await run({}, [{ error: busy }, { error: busy }, { value: 'done' }])
    expect(answer).toBe('done')
    expect(operation.runs).toBe(3)
  })

  test.each(['quota_exhausted', 'endpoint_failed', 'request_failed', 'canceled', 'rejected'] as const)(
    '%s is not tried again',
    async (kind) => {
      const { operation, exhausted } = await run({}, [{ error: { kind } }])
      expect(operation.runs).toBe(1)
      expect(exhausted).toBeUndefined()
    },
  )

  test.each(['overloaded', 'throttled', 'transient'] as const)('%s is tried again', async (kind) => {
    expect((await run({}, [{ error: { kind } }, { value: 'done' }])).answer).toBe('done')
  })

  test('a mistake in the program is not tried again', async () => {
    expect((await run({}, [{ error: new TypeError('x is not a function') }])).operation.runs).toBe(1)
  })

  test.each([0, 1, 2])(
    'an empty answer is asked for again at most %i times, then given as it is',
    async (maxRerolls) => {
      const { answer, operation, exhausted } = await run({ maxRerolls }, [{ value: 0 }])
      expect(answer).toBe(0)
      expect(operation.runs).toBe(1 + maxRerolls)
      expect(exhausted).toMatchObject({ reason: 'rerolls', verdict: 'empty' })
    },
  )

  // trap: default-retry-ends
  test('by default it goes on until the deadline, never without a delay, and fails with the last error', async () => {
    const { answer, operation, delays, exhausted, at } = await run({}, [{ error: { kind: 'overloaded' } }], 60_000)
    expect(answer).toEqual({ kind: 'overloaded' })
    expect(exhausted).toMatchObject({ reason: 'deadline' })
    expect(operation.runs).toBeGreaterThan(20)
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(1000)
    expect(at).toBeLessThan(60_000)
  })
})

describe('a rule of the user', () => {
  test('decides instead of the verdict, about errors and values', async () => {
    const no = await run({ shouldHandle: () => false }, [{ error: busy }])
    expect(no.operation.runs).toBe(1)
    const yes = await run({ shouldHandle: ({ ok }) => ok, maxAttempts: 3 }, [{ value: 'unloved' }])
    expect(yes.operation.runs).toBe(3)
    expect(yes.answer).toBe('unloved')
  })

  test('does not bring back what was canceled inside', async () => {
    expect((await run({ shouldHandle: () => true }, [{ error: { kind: 'canceled' } }])).operation.runs).toBe(1)
  })

  // trap: hooks-change-nothing
  test('that throws is reported, and the verdict decides', async () => {
    const shouldHandle = (): boolean => {
      throw new TypeError('broken rule')
    }
    const { answer, recording } = await run({ shouldHandle }, [{ error: busy }, { value: 'done' }])
    expect(answer).toBe('done')
    expect(recording.events.filter(({ type }) => type === 'diagnostic.reported')).toMatchObject([
      { source: 'retry.shouldHandle', errorName: 'TypeError' },
      { source: 'retry.shouldHandle' },
    ])
  })

  test('is never asked about what the deadline ended, which is no exhaustion either', async () => {
    let asked = 0
    const { answer, exhausted } = await run({ shouldHandle: () => ++asked > 0 }, [{ hang: true }], 1000)
    expect(answer).toMatchObject({ phase: 'total' })
    expect([asked, exhausted]).toEqual([0, undefined])
  })

  test('is never asked about what the caller ended', async () => {
    const clock = new VirtualClock()
    const caller = new AbortController()
    let asked = 0
    const calls = pipeline([retry({ shouldHandle: () => ++asked > 0 })], { clock })
    const answer = ended(calls.execute(scriptedOperation([{ hang: true }]), { signal: caller.signal }))
    caller.abort('gone')
    expect(await answer).toBe('gone')
    expect(asked).toBe(0)
  })
})

describe('when the caller aborts', () => {
  // trap: no-call-after-abort
  test('during a wait, the call ends in the same tick: no further run, no timer', async () => {
    const clock = new VirtualClock()
    const caller = new AbortController()
    const operation = scriptedOperation([{ error: { kind: 'throttled', retryAfterMs: 30_000 } }])
    const calls = pipeline([retry()], { clock, classifier })
    const answer = ended(calls.execute(operation, { signal: caller.signal }))
    await clock.advance(1)
    expect(clock.pending).toBe(1)
    const reason = new Error('gone')
    caller.abort(reason)
    expect(clock.pending).toBe(0)
    expect(await answer).toBe(reason)
    await clock.advance(3_600_000)
    expect(operation.runs).toBe(1)
  })

  // trap: no-call-after-abort
  test('in the instant in which the wait ends, nothing is sent', async () => {
    const virtual = new VirtualClock()
    const caller = new AbortController()
    const clock: Clock = {
      now: () => virtual.now(),
      wallTime: () => virtual.wallTime(),
      setTimer: (delayMs, wake) =>
        virtual.setTimer(delayMs, () => {
          wake()
          caller.abort('gone')
        }),
    }
    let runs = 0
    const calls = pipeline([retry({ jitter: 'none' })], { clock })
    const answer = ended(
      calls.execute(
        () => {
          runs++
          return Promise.reject(busy)
        },
        { signal: caller.signal },
      ),
    )
    await virtual.advance(500)
    expect(await answer).toBe('gone')
    expect(runs).toBe(1)
  })
})

describe('the wait that the server asked for', () => {
  // trap: hint-not-undercut
  property.prop([fc.integer({ min: 1, max: 600_000 }), fc.integer(), fc.constantFrom(...JITTERS)])(
    'is never undercut, and stretched by a fifth at most',
    async (retryAfterMs, seed, jitter) => {
      const steps = [{ error: { kind: 'overloaded', retryAfterMs } }, { value: 'done' }]
      const { delays } = await run({ jitter }, steps, 3_600_000, seed)
      expect(delays[0]).toBeGreaterThanOrEqual(retryAfterMs)
      expect(delays[0]).toBeLessThanOrEqual(Math.max(retryAfterMs * 1.2, 3000))
    },
  )

  test('does not shorten a wait of our own that is longer', async () => {
    const steps = [{ error: { kind: 'overloaded', retryAfterMs: 100 } }, { value: 'done' }]
    expect((await run({ jitter: 'none' }, steps)).delays).toEqual([2000])
  })

  // trap: hint-is-spread
  test('is spread, so that a hundred callers with the same hint do not return together', async () => {
    const random = seededRandom(7)
    const clock = new VirtualClock()
    const calls = pipeline([retry({ jitter: 'none' })], { clock, classifier, random })
    const operations = Array.from({ length: 100 }, () =>
      scriptedOperation([{ error: { kind: 'throttled', retryAfterMs: 10_000 } }, { value: 1 }]),
    )
    const answers = operations.map((operation) => calls.execute(operation))
    await clock.run()
    await Promise.all(answers)
    const returned = operations.map(({ started }) => Math.floor((started[1]?.at ?? 0) / 200))
    expect(Math.min(...returned) * 200).toBeGreaterThanOrEqual(10_000)
    for (const tenth of new Set(returned)) expect(returned.filter((each) => each === tenth).length).toBeLessThan(25)
  })

  // trap: long-waits
  test.each([
    ['thirty days', 30 * 86_400_000, 30 * 86_400_000],
    ['nothing', 0, 500],
    ['a negative number', -5, 500],
    ['no number', NaN, 500],
  ])('may be %s', async (_, retryAfterMs, atLeast) => {
    const steps = [{ error: { kind: 'transient', retryAfterMs } }, { value: 'done' }]
    const { answer, delays } = await run({ jitter: 'none' }, steps, Infinity)
    expect(answer).toBe('done')
    expect(delays[0]).toBeGreaterThanOrEqual(atLeast)
    expect(delays[0]).toBeLessThanOrEqual(atLeast * 1.2)
  })

  test('may be for ever: then the call ends at once', async () => {
    const { answer, at, operation } = await run(
      {},
      [{ error: { kind: 'transient', retryAfterMs: Infinity } }],
      Infinity,
    )
    expect(answer).toMatchObject({ kind: 'transient' })
    expect([at, operation.runs]).toEqual([0, 1])
  })
})
