import { describe, expect, test } from 'vitest'
import { createContextKey, failure, isSpillwayError, pipeline, retry, timeout } from '../../index.ts'
import type { CallContext, Operation, Part, TimeoutOptions } from '../../index.ts'
import { recordEvents, scriptedOperation, VirtualClock } from '../../testing.ts'

const limitKey = createContextKey('limit', 1000)
const computed = (context: CallContext): number => context.get(limitKey)

const calling = (parts: readonly Part[]) => {
  const clock = new VirtualClock()
  const calls = pipeline(parts, { clock })
  const { events } = recordEvents(calls)
  const run = (limitMs: number, operation: Operation<unknown> = scriptedOperation([{ hang: true }])) =>
    calls.execute(operation, { values: [[limitKey, limitMs]] }).catch((error: unknown) => error)
  const diagnostics = () => events.filter(({ type }) => type === 'diagnostic.reported')
  return { clock, calls, events, run, diagnostics }
}

describe('a limit computed for each call', () => {
  test('ends each at its own time, behind one timer', async () => {
    const { clock, run } = calling([timeout({ totalMs: computed })])
    const lengths = [3000, 500, 2000, 500, 10_000]
    const answers = lengths.map((limitMs) => run(limitMs).then((error) => [clock.now(), error]))
    expect(clock.pending).toBe(1)
    await clock.run()
    const ends = (await Promise.all(answers)) as [number, unknown][]
    expect(ends.map(([at]) => at)).toEqual(lengths)
    expect(ends.map(([, error]) => error)).toMatchObject(lengths.map((limitMs) => ({ phase: 'total', limitMs })))
    expect(clock.pending).toBe(0)
  })

  test('is asked once for each call, and again for each attempt where it stands inside retry', async () => {
    const asked: number[] = []
    const attemptMs = ({ call }: CallContext): number => 1000 * (asked.push(call.attempts + 1) + 1)
    const { clock, run } = calling([retry({ maxAttempts: 3, jitter: 'none' }), timeout({ attemptMs })])
    const answer = run(0)
    await clock.run()
    expect(await answer).toMatchObject({ phase: 'attempt', limitMs: 4000 })
    expect(asked).toEqual([1, 2, 3])
  })

  test('is the deadline that everything inside knows', async () => {
    const { clock, run } = calling([timeout({ totalMs: computed })])
    const answer = run(4321, async (context) => context.remainingMs())
    await clock.run()
    expect(await answer).toBe(4321)
  })

  test('of a call that ends in time is heard of no more', async () => {
    const { clock, run, events } = calling([timeout({ totalMs: computed, idleMs: computed })])
    const answer = run(1000, scriptedOperation([{ value: 'done', afterMs: 999 }]))
    await clock.advance(999)
    expect([await answer, clock.pending]).toEqual(['done', 0])
    await clock.advance(10_000)
    expect(events.map(({ type }) => type)).toEqual([
      'call.started',
      'attempt.started',
      'attempt.completed',
      'call.completed',
    ])
  })

  test('that has passed already lets nothing begin', async () => {
    const { run, clock } = calling([timeout({ totalMs: computed, attemptMs: 50 })])
    for (const limitMs of [0, -5]) {
      const operation = scriptedOperation([{ value: 1 }])
      expect(await run(limitMs, operation)).toMatchObject({ phase: 'total', limitMs: 0 })
      expect(operation.runs).toBe(0)
    }
    expect(clock.pending).toBe(0)
  })

  test('two that have passed already end a call once', async () => {
    const { run, events } = calling([timeout({ totalMs: computed, attemptMs: computed })])
    expect(await run(0)).toMatchObject({ phase: 'total' })
    expect(events.filter(({ type }) => type === 'timeout.exceeded')).toHaveLength(1)
  })

  test.each([
    [
      'throws',
      () => {
        throw new TypeError('broken')
      },
    ],
    ['gives no number', () => NaN],
    ['gives a word', () => '30s' as never],
  ])('that %s is reported, and ends no call', async (_, totalMs) => {
    const { clock, run, diagnostics } = calling([timeout({ totalMs })])
    const answer = run(0, scriptedOperation([{ value: 'answered', afterMs: 60_000 }]))
    await clock.run()
    expect(await answer).toBe('answered')
    expect(diagnostics()).toMatchObject([{ source: 'timeout.totalMs' }])
  })

  test.each<[keyof TimeoutOptions, string, number]>([
    ['attemptMs', 'attempt', 700],
    ['connectMs', 'connect', 700],
    ['firstByteMs', 'first_byte', 700],
    ['idleMs', 'idle', 1000],
  ])('works for every phase: %s', async (option, phase, endsAt) => {
    const { clock, run } = calling([timeout({ [option]: computed })])
    const answer = run(700, (context) => {
      if (option !== 'idleMs') return new Promise(() => {})
      const body = context.openBody()
      context.onAbort((reason) => body.end(failure(reason, { kind: 'transient' })))
      context.progress('content')
      void context.sleep(300).then(() => context.progress('content'))
      return new Promise((_, reject) => context.onAbort(reject))
    })
    await clock.run()
    expect(await answer).toMatchObject({ phase, limitMs: 700 })
    expect(clock.now()).toBe(endsAt)
  })
})

describe('the time until the connection stands', () => {
  const connecting = (reportAfterMs: number, report: 'connected' | 'headers' | 'content') => {
    const { clock, run } = calling([timeout({ connectMs: 1000 })])
    const answer = run(0, async (context) => {
      if (!(await context.sleep(reportAfterMs))) throw context.reason
      context.progress(report)
      await context.sleep(60_000)
      return 'answered'
    })
    return clock.run().then(() => answer)
  }

  test.each(['connected', 'headers', 'content'] as const)('ends with %s', async (report) => {
    expect(await connecting(999, report)).toBe('answered')
  })

  test('ends an attempt that has none: nothing was sent', async () => {
    const error = await connecting(2000, 'connected')
    expect(error).toMatchObject({
      phase: 'connect',
      limitMs: 1000,
      message: 'No connection stood within 1000 ms.',
      verdict: { kind: 'transient', sent: false, billed: 'no' },
    })
    expect(isSpillwayError(error)).toBe(true)
  })

  test('is tried again also where an operation must not run twice', async () => {
    const clock = new VirtualClock()
    const calls = pipeline([retry({ jitter: 'none' }), timeout({ connectMs: 1000 })], { clock })
    const operation = scriptedOperation([{ hang: true }, { value: 'once' }])
    const answer = calls.execute(operation, { repeatable: false })
    await clock.run()
    expect(await answer).toBe('once')
  })
})

describe('a total inside a nearer deadline', () => {
  test.each([
    [1000, 5000, 'outer', 1000],
    [5000, 1000, 'inner', 1000],
    [1000, 1000, 'outer', 1000],
  ])('outer %i, inner %i: the %s ends the call, once', async (outerMs, innerMs, policy, at) => {
    const clock = new VirtualClock()
    const parts = [timeout({ name: 'outer', totalMs: outerMs }), timeout({ name: 'inner', totalMs: innerMs })]
    const calls = pipeline(parts, { clock, check: false })
    const { events } = recordEvents(calls)
    let left = 0
    const answer = calls
      .execute((context) => {
        left = context.remainingMs()
        return new Promise(() => {})
      })
      .catch((error: unknown) => error)
    await clock.run()
    expect(await answer).toMatchObject({ limitMs: Math.min(outerMs, innerMs) })
    expect([left, clock.now()]).toEqual([at, at])
    expect(events.filter(({ type }) => type === 'timeout.exceeded')).toMatchObject([{ policy, at }])
  })
})
