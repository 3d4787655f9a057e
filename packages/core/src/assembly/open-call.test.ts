import { describe, expect, test } from 'vitest'
import {
  createContextKey,
  InvalidOptionsError,
  openCall,
  pipeline,
  retry,
  timeout,
  type CallContext,
  type Classifier,
  type OpenCall,
} from '../index.ts'
import { recordEvents, scriptedOperation, VirtualClock } from '../testing.ts'

const BUSY = { error: new Error('503') }
const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'not rejected',
    (error: unknown) => error,
  )
const world = (...parts: Parameters<typeof pipeline>[0]) => {
  const clock = new VirtualClock()
  const calls = pipeline(parts, { clock })
  const { events } = recordEvents(calls)
  const told = (): string[] =>
    events.map((event) => `${event.at} ${event.type} ${'callId' in event ? `${event.callId}/${event.attempt}` : ''}`)
  return { clock, calls, events, told }
}

describe('an open call', () => {
  test('has one number, one beginning and one end, and counts all attempts', async () => {
    const { clock, calls, events, told } = world(retry({ jitter: 'none' }))
    const within = openCall()
    const answer = (async () => {
      const first = await calls.execute(scriptedOperation([{ value: 'a', afterMs: 10 }]), { within })
      const second = await calls.execute(scriptedOperation([BUSY, { value: 'b', afterMs: 10 }]), { within })
      const other = await calls.execute(async () => '!')
      within.end()
      return [first, second, other]
    })()
    await clock.run()
    expect(await answer).toEqual(['a', 'b', '!'])
    expect(told()).toEqual([
      '0 call.started 1/0',
      '0 attempt.started 1/1',
      '10 attempt.completed 1/1',
      '10 attempt.started 1/2',
      '10 attempt.completed 1/2',
      '10 retry.scheduled 1/2',
      '510 attempt.started 1/3',
      '520 attempt.completed 1/3',
      '520 call.started 2/0',
      '520 attempt.started 2/1',
      '520 attempt.completed 2/1',
      '520 call.completed 2/1',
      '520 call.completed 1/3',
    ])
    expect(events.at(-1)).toMatchObject({ attempts: 3, durationMs: 520, verdict: { kind: 'success' } })
    expect(calls.state().inFlight).toBe(0)
  })

  test('has one total limit, which ends the execution that it finds and refuses those after it', async () => {
    const { clock, calls, events } = world(timeout({ totalMs: 100 }))
    const within = openCall()
    const answers = (async () => {
      await calls.execute(scriptedOperation([{ value: 1, afterMs: 60 }]), { within })
      const remaining: number[] = []
      const late = rejection(
        calls.execute(
          (context: CallContext) => {
            remaining.push(context.remainingMs())
            return new Promise(() => {})
          },
          { within },
        ),
      )
      const error = await late
      const refused = await rejection(calls.execute(async () => 2, { within }))
      within.end()
      return { remaining, error, refused }
    })()
    await clock.run()
    const { remaining, error, refused } = await answers
    expect(remaining).toEqual([40])
    expect(error).toMatchObject({ name: 'TimeoutExceededError', phase: 'total', limitMs: 100 })
    expect(refused).toBe(error)
    expect(clock.now()).toBeGreaterThanOrEqual(100)
    expect(events.filter(({ type }) => type === 'timeout.exceeded')).toHaveLength(1)
    expect(events.filter(({ type }) => type === 'call.completed')).toMatchObject([{ verdict: { kind: 'transient' } }])
  })

  test('leaves no timer behind when it ends in time, and each execution has its own attempt limit', async () => {
    const { clock, calls } = world(timeout({ totalMs: 1000, attemptMs: 80 }))
    const within = openCall()
    const answers = (async () => {
      for (let i = 0; i < 3; i++) await calls.execute(scriptedOperation([{ value: i, afterMs: 70 }]), { within })
      within.end()
    })()
    await clock.run()
    await answers
    expect(clock.now()).toBeLessThanOrEqual(1000)
    expect(calls.state().inFlight).toBe(0)
  })

  test('shares maxAttempts and maxRerolls between its executions', async () => {
    const { clock, calls } = world(retry({ maxAttempts: 3, maxRerolls: 1, jitter: 'none' }))
    const classifier: Classifier = {
      error: () => undefined,
      value: (value) => (value === 'nothing' ? { kind: 'empty' } : undefined),
    }
    const failing = openCall()
    const first = scriptedOperation([BUSY, { value: 'a' }])
    const second = scriptedOperation([BUSY, BUSY, { value: 'b' }])
    const rolled = openCall()
    const empty = scriptedOperation([{ value: 'nothing' }, { value: 'nothing' }, { value: 'c' }])
    const answers = (async () => {
      await calls.execute(first, { within: failing })
      const error = await rejection(calls.execute(second, { within: failing }))
      await calls.execute(scriptedOperation([{ value: 'nothing' }, { value: 'a' }]), { within: rolled, classifier })
      const value = await calls.execute(empty, { within: rolled, classifier })
      return [error, value]
    })()
    await clock.run()
    expect(await answers).toEqual([BUSY.error, 'nothing'])
    expect([first.runs, second.runs, empty.runs]).toEqual([2, 2, 1])
  })

  test('keeps the values of the call, and takes those of each execution', async () => {
    const { calls } = world()
    const seen = createContextKey<readonly string[]>('seen', [])
    const within = openCall()
    const add = (word: string) => (context: CallContext) => {
      context.set(seen, [...context.get(seen), word])
      return Promise.resolve(context.get(seen))
    }
    await calls.execute(add('a'), { within })
    expect(await calls.execute(add('b'), { within })).toEqual(['a', 'b'])
    expect(await calls.execute(add('c'), { within, values: [[seen, ['z']]] })).toEqual(['z', 'c'])
  })

  test('ends with its last body, and as canceled where its caller left between two executions', async () => {
    const { calls, events } = world()
    const ends = () => events.filter(({ type }) => type === 'call.completed')
    const within = openCall()
    let context: CallContext | undefined
    await calls.execute(
      async (given: CallContext) => {
        context = given
        given.openBody()
      },
      { within },
    )
    within.end()
    expect(ends()).toEqual([])
    context?.body?.end({ ok: true, value: 0, verdict: { kind: 'success' }, body: undefined })
    expect(ends()).toHaveLength(1)

    const left = openCall()
    await calls.execute(async () => 1, { within: left })
    const reason = new Error('gone')
    const signal = AbortSignal.abort(reason)
    expect(await rejection(calls.execute(async () => 2, { within: left, signal }))).toBe(reason)
    left.end()
    expect(ends().at(-1)).toMatchObject({ verdict: { kind: 'canceled' }, attempts: 1 })
  })

  test('is ended by its owner with what is at work, which may be between two executions', async () => {
    const { calls, events } = world()
    const reason = new Error('left')
    const within = openCall()
    let signal: AbortSignal | undefined
    const pending = calls.execute(
      (context) => {
        signal = context.signal
        return new Promise(() => {})
      },
      { within },
    )
    within.abort(reason)
    expect(await rejection(pending)).toBe(reason)
    expect(signal?.reason).toBe(reason)
    const idle = openCall()
    await calls.execute(async () => 1, { within: idle })
    idle.abort(reason)
    idle.abort(reason)
    const ends = events.filter(({ type }) => type === 'call.completed')
    expect(ends).toMatchObject([{ verdict: { kind: 'canceled' } }, { verdict: { kind: 'canceled' } }])
  })

  test('that was never executed tells nothing', () => {
    const { events } = world()
    openCall().end()
    expect(events).toEqual([])
  })

  test('refuses two executions at a time, another pipeline, and what comes after its end', async () => {
    const { calls } = world()
    const refused = (within: OpenCall, other = calls) => rejection(other.execute(async () => 1, { within }))
    const within = openCall()
    const pending = calls.execute(() => new Promise((resolve) => setImmediate(resolve)), { within })
    expect(await refused(within)).toBeInstanceOf(InvalidOptionsError)
    await pending
    expect(await refused(within, pipeline([]))).toBeInstanceOf(InvalidOptionsError)
    within.end()
    expect(await refused(within)).toBeInstanceOf(InvalidOptionsError)
    expect(await refused({} as never)).toMatchObject({ message: expect.stringContaining('execute.within') as string })
  })
})
