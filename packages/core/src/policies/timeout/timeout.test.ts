import { isTaskCancelledError } from 'cockatiel'
import { describe, expect, test } from 'vitest'
import {
  bulkhead,
  constantBackoff,
  InvalidOptionsError,
  isSpillwayError,
  pipeline,
  retry,
  timeout,
} from '../../index.ts'
import type { TimeLimit, TimeoutOptions } from '../../index.ts'
import { recordEvents, scriptedOperation, VirtualClock } from '../../testing.ts'
import { CountedClock } from '../../kernel/__fixtures__/counted-clock.ts'
import { ended } from '../../kernel/__fixtures__/ended.ts'

describe('why a call ended is told by three different errors', () => {
  const busy = new Error('busy')
  const three = async (reach: 'attempt' | 'total' | 'caller') => {
    const clock = new VirtualClock()
    const caller = new AbortController()
    const calls = pipeline(
      [
        timeout({ totalMs: reach === 'total' ? 1500 : 60_000 }),
        retry({ maxAttempts: 2, jitter: 'none' }),
        timeout({ attemptMs: reach === 'attempt' ? 1000 : 50_000 }),
      ],
      { clock },
    )
    const operation = scriptedOperation([{ error: busy }, { hang: true }])
    const answer = ended(calls.execute(operation, { signal: caller.signal }))
    await clock.advance(1400)
    if (reach === 'caller') caller.abort(new Error('the caller left'))
    await clock.run()
    expect(clock.pending).toBe(0)
    return { error: await answer, operation, reason: caller.signal.reason as unknown }
  }

  // trap: three-reasons
  test('an attempt that took too long', async () => {
    const { error, operation } = await three('attempt')
    expect(error).toMatchObject({ name: 'TimeoutExceededError', phase: 'attempt', limitMs: 1000 })
    expect((error as Error).message).toBe('The attempt took longer than 1000 ms.')
    expect((error as Error).cause).toBeUndefined()
    expect(operation.aborts).toEqual([error])
  })

  // trap: three-reasons
  test('a call that took too long, with what its last attempt failed with as the cause', async () => {
    const { error, operation } = await three('total')
    expect(error).toMatchObject({ name: 'TimeoutExceededError', phase: 'total', limitMs: 1500, cause: busy })
    expect((error as Error).message).toBe('The call took longer than 1500 ms.')
    expect(operation.aborts).toEqual([error])
  })

  // trap: three-reasons
  test("the caller, with the caller's own reason", async () => {
    const { error, operation, reason } = await three('caller')
    expect(error).toBe(reason)
    expect(operation.aborts).toEqual([reason])
  })

  test('an attempt that took too long is a cause as well', async () => {
    const clock = new VirtualClock()
    const parts = [timeout({ totalMs: 1800 }), retry({ jitter: 'none' }), timeout({ attemptMs: 1000 })]
    const answer = ended(pipeline(parts, { clock }).execute(scriptedOperation([{ hang: true }])))
    await clock.run()
    const error = (await answer) as Error
    expect(error).toMatchObject({ phase: 'total', cause: { phase: 'attempt' } })
    expect((error.cause as Error).cause).toBeUndefined()
  })

  test('ours keep the guards of cockatiel working', async () => {
    const { error } = await three('total')
    expect(isTaskCancelledError(error)).toBe(true)
    expect(isSpillwayError(error)).toBe(true)
  })
})

test('a call that ends in time hears nothing of its limit', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([timeout({ totalMs: 1000 })], { clock })
  const recording = recordEvents(calls)
  const operation = scriptedOperation([{ value: 'done', afterMs: 999 }])
  const answer = calls.execute(operation)
  await clock.advance(10_000)
  expect(await answer).toBe('done')
  expect(operation.aborts).toEqual([])
  expect(recording.timeline('timeout.exceeded')).toEqual([])
})

test('each attempt gets its own time limit, and its own signal', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([retry({ maxAttempts: 3, jitter: 'none' }), timeout({ attemptMs: 1000 })], { clock })
  const recording = recordEvents(calls)
  const operation = scriptedOperation([{ hang: true }, { hang: true }, { value: 'done', afterMs: 900 }])
  const answer = calls.execute(operation)
  await clock.run()
  expect(await answer).toBe('done')
  expect(recording.timeline('attempt.started', 'timeout.exceeded', 'attempt.completed')).toEqual([
    '0 attempt.started',
    '1000 timeout.exceeded',
    '1000 attempt.completed',
    '1500 attempt.started',
    '2500 timeout.exceeded',
    '2500 attempt.completed',
    '3500 attempt.started',
    '4400 attempt.completed',
  ])
})

test('what took too long has heard of its end before the next attempt begins', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([retry({ backoff: constantBackoff(0), maxAttempts: 2 }), timeout({ attemptMs: 1000 })], {
    clock,
  })
  const order: string[] = []
  const answer = ended(
    calls.execute((context) => {
      order.push(`${context.attempt} begins`)
      context.onAbort(() => order.push(`${context.attempt} ends`))
      return new Promise(() => {})
    }),
  )
  await clock.run()
  expect(await answer).toMatchObject({ phase: 'attempt' })
  expect(order).toEqual(['1 begins', '1 ends', '2 begins', '2 ends'])
})

// trap: own-signals
test("one call's limit ends no other call", async () => {
  const clock = new VirtualClock()
  const calls = pipeline([timeout({ totalMs: 1000 })], { clock })
  const hung = ended(calls.execute(scriptedOperation([{ hang: true }])))
  await clock.advance(500)
  const healthy = calls.execute(scriptedOperation([{ value: 'healthy', afterMs: 900 }]))
  await clock.run()
  expect(await hung).toMatchObject({ phase: 'total' })
  expect(await healthy).toBe('healthy')
})

// trap: deaf-operations
test('an operation that ignores its signal is left behind, and its caller is free', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([timeout({ totalMs: 1000 })], { clock })
  const recording = recordEvents(calls)
  const answer = ended(calls.execute(scriptedOperation([{ hang: true, deaf: true }])))
  await clock.advance(1200)
  expect(await answer).toMatchObject({ phase: 'total' })
  expect(recording.timeline('call.completed', 'attempt.orphaned')).toEqual([
    '1000 call.completed',
    '1100 attempt.orphaned',
  ])
})

test('the deadline of a call is known inside: the nearest one counts', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([timeout({ totalMs: 1000 }), retry({ jitter: 'none' }), timeout({ attemptMs: 700 })], {
    clock,
  })
  const left: number[] = []
  const answer = calls.execute(async (context) => {
    left.push(context.remainingMs())
    if (context.attempt === 1) throw new Error('busy')
  })
  await clock.run()
  await answer
  expect(left).toEqual([700, 500])
})

test('a thousand calls need one timer', async () => {
  const clock = new CountedClock()
  const calls = pipeline([timeout({ totalMs: 1000 })], { clock })
  for (let i = 0; i < 1000; i++) await calls.execute(async () => i)
  expect([clock.made, clock.pending]).toEqual([1, 0])
})

test.each<TimeoutOptions>([{ totalMs: 1000 }, { totalMs: () => 1000 }, { attemptMs: 1000 }, { firstByteMs: 1000 }])(
  'disposing leaves no timer of %o, not even one that keeps no process alive',
  async (options) => {
    const clock = new CountedClock()
    const calls = pipeline([timeout(options)], { clock })
    await calls.execute(async () => 1)
    expect(clock.alive).toBe(1)
    calls.dispose()
    expect(clock.alive).toBe(0)
  },
)

test('waiting in a line outside does not use up the limit, waiting in a line inside does', async () => {
  for (const [parts, outcome] of [
    [
      [bulkhead({ maxConcurrency: 1 }), timeout({ attemptMs: 1000 })],
      ['first', 'second'],
    ],
    [
      [timeout({ totalMs: 1000 }), bulkhead({ maxConcurrency: 1 })],
      ['first', { phase: 'total' }],
    ],
  ] as const) {
    const clock = new VirtualClock()
    const calls = pipeline(parts, { clock })
    const answers = ['first', 'second'].map((value) =>
      ended(calls.execute(scriptedOperation([{ value, afterMs: 800 }]))),
    )
    await clock.run()
    expect(await Promise.all(answers)).toMatchObject(outcome)
  }
})

describe('what is wrong with an option is said when the policy is made', () => {
  test.each([
    [{}, 'timeout must be given at least one of totalMs, attemptMs, connectMs, firstByteMs, idleMs'],
    [{ totalMs: undefined }, 'timeout must be given at least one of'],
    [{ totalMs: 0 }, 'timeout.totalMs must be a number above 0 or Infinity, got 0.'],
    [{ attemptMs: -1 }, 'timeout.attemptMs'],
    [{ idleMs: NaN }, 'timeout.idleMs'],
    [{ firstByteMs: '30s' }, 'timeout.firstByteMs'],
    [{ limitMs: 5 }, 'timeout.limitMs'],
    [undefined, 'timeout must be an object'],
  ])('%o', (options, message) => {
    expect(() => timeout(options as never)).toThrow(InvalidOptionsError)
    expect(() => timeout(options as never)).toThrow(message)
  })

  test.each<[string, TimeLimit]>([
    ['Infinity', Infinity],
    ['a function that gives it', () => Infinity],
  ])('%s is no limit, and sets no timer', async (_, totalMs) => {
    const clock = new CountedClock()
    const calls = pipeline([timeout({ totalMs })], { clock })
    expect(await calls.execute(async ({ deadline }) => deadline)).toBe(Infinity)
    expect(clock.made).toBe(0)
  })

  test('it says what it is', () => {
    expect(timeout({ totalMs: 5 })).toMatchObject({
      name: 'timeout',
      kind: 'timeout',
      options: { name: 'timeout', totalMs: 5 },
    })
  })
})
