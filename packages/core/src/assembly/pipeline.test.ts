import { describe, expect, test } from 'vitest'
import { bulkhead, InvalidOptionsError, pipeline, PipelineDisposedError, rateLimit, retry, timeout } from '../index.ts'
import type { Operation } from '../index.ts'
import { recordEvents, scriptedOperation, settle, VirtualClock } from '../testing.ts'
import { ended } from '../kernel/__fixtures__/ended.ts'

describe('a pipeline without policies', () => {
  test('gives the value of the operation, and its error untouched', async () => {
    const calls = pipeline([])
    const error = { not: 'even an Error' }
    expect(await calls.execute(async () => 'value')).toBe('value')
    expect(await ended(calls.execute(() => Promise.reject(error)))).toBe(error)
    expect(await ended(calls.execute(() => Promise.reject()))).toBeUndefined()
  })

  test('tells start, attempt and end of each call, with what belongs to which', async () => {
    const clock = new VirtualClock()
    const calls = pipeline([], { clock, name: 'images' })
    const { events } = recordEvents(calls)
    const answers = [calls.execute(scriptedOperation([{ value: 1, afterMs: 30 }])), calls.execute(async () => 2)]
    await clock.run()
    await Promise.all(answers)
    expect(events.map(({ type, at, callId, attempt }) => `${at} ${type} ${callId}/${attempt}`)).toEqual([
      '0 call.started 1/0',
      '0 attempt.started 1/1',
      '0 call.started 2/0',
      '0 attempt.started 2/1',
      '0 attempt.completed 2/1',
      '0 call.completed 2/1',
      '30 attempt.completed 1/1',
      '30 call.completed 1/1',
    ])
    expect(events.at(-1)).toEqual({
      type: 'call.completed',
      at: 30,
      pipeline: 'images',
      callId: 1,
      attempt: 1,
      attempts: 1,
      durationMs: 30,
      verdict: { kind: 'success' },
    })
  })

  // trap: aborted-before-start
  test("ends with the caller's reason by identity, before and during the call", async () => {
    const reason = new Error('gone')
    const caller = new AbortController()
    const operation = scriptedOperation([{ hang: true }])
    const calls = pipeline([retry()], { clock: new VirtualClock() })
    const answer = ended(calls.execute(operation, { signal: caller.signal }))
    caller.abort(reason)
    expect(await answer).toBe(reason)
    expect(await ended(calls.execute(operation, { signal: caller.signal }))).toBe(reason)
    expect(operation.runs).toBe(1)
    expect(operation.aborts).toEqual([reason])
  })

  test('wraps a function of any shape', async () => {
    const add = pipeline([retry()]).wrap(async (a: number, b: number) => a + b)
    expect(await add(1, 2)).toBe(3)
  })
})

describe('what is wrong is said before any work', () => {
  test.each([
    ['no list', undefined, 'pipeline.policies'],
    ['an entry that is no policy', [retry(), {}], 'pipeline.policies[1]'],
    ['a policy that was not made', [retry], 'pipeline.policies[0]'],
    ['nothing in its place', [undefined], 'pipeline.policies[0]'],
  ])('%s', (_, policies, option) => {
    expect(() => pipeline(policies as never)).toThrow(InvalidOptionsError)
    expect(() => pipeline(policies as never)).toThrow(option)
  })

  test.each([
    [{ nam: 'x' }, 'pipeline.nam'],
    [{ name: 5 }, 'pipeline.name'],
    [{ classifier: {} }, 'pipeline.classifier'],
    [{ classifier: null }, 'pipeline.classifier'],
    [{ clock: {} }, 'pipeline.clock'],
    [{ random: 0.5 }, 'pipeline.random'],
    [null, 'pipeline must be an object'],
  ])('option %o', (options, message) => {
    expect(() => pipeline([], options as never)).toThrow(InvalidOptionsError)
    expect(() => pipeline([], options as never)).toThrow(message)
  })

  test.each([
    [{ singal: AbortSignal.abort() }, 'execute.singal'],
    [{ signal: new AbortController() }, 'execute.signal'],
    [{ signal: null }, 'execute.signal'],
    [{ priority: NaN }, 'execute.priority'],
    [{ priority: 'high' }, 'execute.priority'],
    [{ values: new Map() }, 'execute.values'],
    [{ classifier: () => undefined }, 'execute.classifier'],
    [null, 'execute must be an object'],
  ])('call option %o', async (options, message) => {
    const operation = scriptedOperation([{ value: 1 }])
    const calls = pipeline([])
    const error = await ended(calls.execute(operation, options as never))
    expect(error).toBeInstanceOf(InvalidOptionsError)
    expect((error as Error).message).toContain(message)
    expect(operation.runs).toBe(0)
    expect(calls.state().inFlight).toBe(0)
  })

  test('an operation that is no function', async () => {
    expect(await ended(pipeline([]).execute(Promise.resolve(1) as unknown as Operation<number>))).toBeInstanceOf(
      InvalidOptionsError,
    )
  })
})

describe('what a pipeline knows about itself', () => {
  test('its parts with their resolved options, in running order', () => {
    const calls = pipeline([timeout({ totalMs: 5 }), retry({ maxAttempts: 3 }), bulkhead({ name: 'places' })])
    expect(calls.describe()).toMatchObject([
      { name: 'timeout', options: { totalMs: 5 } },
      { name: 'retry', options: { maxAttempts: 3, maxRerolls: 2, jitter: 'symmetric' } },
      { name: 'places', options: { maxConcurrency: expect.any(Number) as number } },
    ])
  })

  test('the calls in flight and the state of each part, as plain data', async () => {
    const clock = new VirtualClock()
    const calls = pipeline([bulkhead({ maxConcurrency: 1 }), timeout({ totalMs: 5000 })], { clock })
    const answers = [1, 2, 3].map(() => calls.execute(scriptedOperation([{ value: 1, afterMs: 10 }])))
    const state = calls.state()
    expect(structuredClone(state)).toEqual(state)
    expect(state).toMatchObject({ pipeline: 'pipeline', inFlight: 3 })
    expect(state.policies[0]).toEqual({
      name: 'bulkhead',
      kind: 'bulkhead',
      state: { running: 1, waiting: 2, maxConcurrency: 1 },
    })
    await clock.run()
    await Promise.all(answers)
    expect(calls.state().inFlight).toBe(0)
  })
})

describe('a pipeline that was disposed of', () => {
  test('refuses new calls with an error that says what to do', async () => {
    const operation = scriptedOperation([{ value: 1 }])
    const calls = pipeline([], { name: 'images' })
    calls.dispose()
    calls.dispose()
    const error = await ended(calls.execute(operation))
    expect(error).toBeInstanceOf(PipelineDisposedError)
    expect(error).toMatchObject({ code: 'ERR_SPILLWAY_PIPELINE_DISPOSED', verdict: { kind: 'rejected' } })
    expect((error as Error).message).toContain('images')
    expect(operation.runs).toBe(0)
  })

  test('lets calls at work go on, within their time limits', async () => {
    const clock = new VirtualClock()
    const calls = pipeline([timeout({ totalMs: 1000 }), retry({ jitter: 'none' }), timeout({ attemptMs: 400 })], {
      clock,
    })
    const good = calls.execute(scriptedOperation([{ error: new Error('busy') }, { value: 'done', afterMs: 100 }]))
    const hung = ended(calls.execute(scriptedOperation([{ hang: true }])))
    await settle()
    calls.dispose()
    await clock.run(5000)
    expect(await good).toBe('done')
    expect(await hung).toMatchObject({ name: 'TimeoutExceededError' })
    expect(calls.state().inFlight).toBe(0)
    expect(clock.pending).toBe(0)
  })

  test.each([
    ['bulkhead', () => bulkhead({ maxConcurrency: 1 })],
    ['rateLimit', () => rateLimit({ quotas: [{ permits: 1, periodMs: 86_400_000 }] })],
  ])('lets nobody stand in the line of a %s for ever', async (_, make) => {
    const clock = new VirtualClock()
    const calls = pipeline([make()], { clock })
    const first = ended(calls.execute(scriptedOperation([{ value: 'first', afterMs: 10 }])))
    const second = ended(calls.execute(scriptedOperation([{ value: 'second' }])))
    await settle()
    calls.dispose()
    expect(await second).toMatchObject({ verdict: { kind: 'rejected' } })
    await clock.run()
    expect(await first).toBe('first')
    expect(clock.pending).toBe(0)
  })
})

// trap: no-listener-warnings
test('a hundred pipelines that share a signal warn of no leak', async () => {
  const warnings: Error[] = []
  const listen = (warning: Error): number => warnings.push(warning)
  process.on('warning', listen)
  const { signal } = new AbortController()
  const answers = Array.from({ length: 100 }, () => pipeline([retry(), bulkhead()]).execute(async () => 1, { signal }))
  await Promise.all(answers)
  await settle()
  process.off('warning', listen)
  expect(warnings).toEqual([])
})

// trap: idle-costs-nothing
test('a thousand idle pipelines hold no timer', async () => {
  const clock = new VirtualClock()
  for (let i = 0; i < 1000; i++)
    await pipeline([timeout({ totalMs: 1000 }), retry(), bulkhead(), rateLimit()], { clock }).execute(async () => 1)
  expect(clock.pending).toBe(0)
})
