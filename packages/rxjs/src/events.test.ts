import { bulkhead, pipeline, retry, type SpillwayEvent } from '@spillway/core'
import { recordEvents, scriptedOperation, settle, VirtualClock } from '@spillway/core/testing'
import * as fc from 'fast-check'
import {
  config,
  EMPTY,
  from,
  map,
  merge,
  observeOn,
  asyncScheduler,
  take,
  toArray,
  firstValueFrom,
  lastValueFrom,
} from 'rxjs'
import { TestScheduler } from 'rxjs/testing'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { events$ } from './events.ts'

// trap: rxjs-subscribers
test('events$ says the same in the same order as the pipeline, also while its subscribers make calls', async () => {
  const script = fc.array(fc.record({ at: fc.nat(12), failures: fc.nat(2), before: fc.boolean() }), { maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(script, async (reactions) => {
      const clock = new VirtualClock()
      const calls = pipeline([bulkhead({ maxConcurrency: 2 }), retry({ jitter: 'none' })], { clock })
      const run = (failures: number): void => {
        const steps = Array.from({ length: failures }, () => ({ error: new Error('busy'), afterMs: 3 }))
        void calls.execute(scriptedOperation([...steps, { value: 1, afterMs: 5 }]))
      }
      const react = (before: boolean): void => {
        let seen = 0
        events$(calls).subscribe(() => {
          for (const { failures } of reactions.filter((each) => each.before === before && each.at === seen))
            run(failures)
          seen++
        })
      }
      react(true)
      const heard: SpillwayEvent[] = []
      events$(calls).subscribe((event) => heard.push(event))
      const recording = recordEvents(calls)
      react(false)
      run(1)
      await clock.run()
      expect(heard).toEqual(recording.events)
      expect(heard.length).toBeGreaterThan(0)
    }),
    { numRuns: 60 },
  )
})

test('events$ gives only the types asked for', () => {
  const clock = new VirtualClock()
  const calls = pipeline([], { clock })
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(({ hot, expectObservable }) => {
    hot('--a-b').subscribe(() => void calls.execute(scriptedOperation([{ hang: true }])))
    const types = (...wanted: SpillwayEvent['type'][]) => events$(calls, ...wanted).pipe(map(({ type }) => type))
    expectObservable(types('call.started')).toBe('--s-s', { s: 'call.started' })
    expectObservable(types('circuit.opened')).toBe('-')
  })
})

test('events$ completes when the pipeline is disposed of, and at once afterwards', async () => {
  const calls = pipeline([])
  const all = lastValueFrom(events$(calls, 'call.started').pipe(toArray()))
  await calls.execute(async () => 1)
  calls.dispose()
  expect(await all).toHaveLength(1)
  expect(await lastValueFrom(events$(calls).pipe(toArray()))).toEqual([])
})

test('events$ listens only while somebody is subscribed', async () => {
  const calls = pipeline([])
  const first = firstValueFrom(events$(calls))
  let listening: boolean | undefined
  await calls.execute(async (context) => context.listening)
  expect((await first).type).toBe('call.started')
  await calls.execute(async (context) => {
    listening = context.listening
  })
  expect(listening).toBe(false)
})

test('events$ refuses what is no type of event', () => {
  const types = ['call.started', 'call.completed'] as unknown as 'call.started'
  expect(() => events$(pipeline([]), types)).toThrow('events$.types[0] must be a type of event')
})

const TYPES = ['call.started', 'attempt.started', 'attempt.completed', 'call.completed'] as const
type Calls = ReturnType<typeof pipeline>

describe('a subscriber that throws', () => {
  const uncaught = vi.fn<(error: unknown) => void>()
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
    config.onUnhandledError = uncaught
    uncaught.mockClear()
  })
  afterEach(() => {
    vi.useRealTimers()
    config.onUnhandledError = null
  })
  const explode = (): never => {
    throw new RangeError('a bug in a dashboard')
  }
  const afterOneCall = async (listen: (calls: Calls) => void): Promise<string[]> => {
    const calls = pipeline([])
    listen(calls)
    const recording = recordEvents(calls)
    expect(await calls.execute(async () => 'answer')).toBe('answer')
    await settle()
    vi.runAllTimers()
    return recording.events.map((event) => ('errorName' in event ? event.errorName : event.type))
  }
  const story = ['call.started', 'attempt.started', 'attempt.completed', 'call.completed']

  // trap: rxjs-subscribers
  test.each([
    ['directly', (calls: Calls) => events$(calls, ...TYPES).subscribe(explode)],
    ['as an observer', (calls: Calls) => events$(calls, ...TYPES).subscribe({ next: explode })],
    [
      'behind operators',
      (calls: Calls) =>
        events$(calls, ...TYPES)
          .pipe(
            map((event) => event.type),
            take(9),
          )
          .subscribe(explode),
    ],
  ])('is reported by the pipeline and hurts nobody: %s', async (_, listen) => {
    const seen = await afterOneCall(listen)
    expect(seen.filter((each) => each !== 'RangeError')).toEqual(story)
    expect(seen.filter((each) => each === 'RangeError')).toHaveLength(story.length)
    expect(uncaught).not.toHaveBeenCalled()
  })

  test('in an operator ends its own stream, and without an error handler is reported by the pipeline', async () => {
    const next = vi.fn<() => void>()
    const seen = await afterOneCall((calls) => events$(calls).pipe(map(explode)).subscribe(next))
    expect(seen.filter((each) => each === 'RangeError')).toHaveLength(1)
    expect(next).not.toHaveBeenCalled()
    expect(uncaught).not.toHaveBeenCalled()
  })

  test('in an operator reaches its own error handler', async () => {
    const error = vi.fn<(thrown: unknown) => void>()
    const seen = await afterOneCall((calls) => events$(calls).pipe(map(explode)).subscribe({ error }))
    expect(seen).toEqual(story)
    expect(error).toHaveBeenCalledExactlyOnceWith(new RangeError('a bug in a dashboard'))
  })

  test('when the stream completes hurts nobody', () => {
    const calls = pipeline([])
    const complete = vi.fn<() => void>()
    events$(calls).subscribe({ complete: explode })
    events$(calls).subscribe({ complete })
    calls.dispose()
    vi.runAllTimers()
    expect(complete).toHaveBeenCalledOnce()
    expect(uncaught).not.toHaveBeenCalled()
  })

  test.each([
    ['later', (calls: Calls) => events$(calls).pipe(observeOn(asyncScheduler)).subscribe(explode)],
    ['behind a stream made of several', (calls: Calls) => merge(events$(calls), EMPTY).subscribe(explode)],
    ['of from(pipeline.events)', (calls: Calls) => from(calls.events).subscribe(explode)],
  ])('%s is left to RxJS, which reports it after the call', async (_, listen) => {
    const seen = await afterOneCall(listen)
    expect(seen).toEqual(story)
    expect(uncaught).toHaveBeenCalledWith(new RangeError('a bug in a dashboard'))
  })
})
