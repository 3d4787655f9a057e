import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { bulkhead, InvalidOptionsError, pipeline, type BulkheadOptions, type Operation } from '../../index.ts'
import { recordEvents, scriptedOperation, settle, VirtualClock } from '../../testing.ts'
import { caught } from '../../kernel/__fixtures__/ended.ts'

const setup = (options: BulkheadOptions) => {
  const clock = new VirtualClock()
  const places = bulkhead(options)
  const calls = pipeline([places], { clock })
  const state = (): unknown => places.snapshot?.()
  return { clock, places, calls, state, recording: recordEvents(calls) }
}

describe('bulkhead, resized', () => {
  test('with more places lets those who wait in at once', async () => {
    const { clock, places, calls, state } = setup({ maxConcurrency: 1 })
    const operation = scriptedOperation([{ value: 1, afterMs: 100 }])
    const all = Promise.all(Array.from({ length: 5 }, () => calls.execute(operation)))
    await clock.advance(10)
    places.resize(4)
    await settle()
    expect([operation.running, state()]).toEqual([4, { running: 4, waiting: 1, maxConcurrency: 4 }])
    await clock.run()
    expect([(await all).length, clock.pending]).toEqual([5, 0])
  })

  test('with fewer lets those inside finish, and lets nobody in before there are few enough', async () => {
    const { clock, places, calls } = setup({ maxConcurrency: 3 })
    const operation = scriptedOperation([
      { value: 1, afterMs: 100 },
      { value: 2, afterMs: 200 },
      { value: 3, afterMs: 300 },
      { value: 4, afterMs: 10 },
    ])
    const all = Promise.all(Array.from({ length: 4 }, () => calls.execute(operation)))
    places.resize(1)
    await clock.run()
    expect(await all).toEqual([1, 2, 3, 4])
    expect(operation.started.map(({ at }) => at)).toEqual([0, 0, 0, 300])
  })

  test('tells what it was and is, and nothing where it stays', async () => {
    const { clock, places, calls, recording } = setup({ maxConcurrency: 3 })
    await calls.execute(async () => 1)
    await clock.advance(50)
    for (const size of [3, 5, 5, 2]) places.resize(size)
    expect(recording.events.filter(({ type }) => type === 'bulkhead.resized')).toMatchObject([
      { at: 50, policy: 'bulkhead', from: 3, to: 5 },
      { at: 50, policy: 'bulkhead', from: 5, to: 2 },
    ])
  })

  test('says the number of places that there are now', async () => {
    const { places, calls } = setup({ maxConcurrency: 1, queueLimit: 0 })
    places.resize(2)
    const hang = scriptedOperation([{ hang: true }])
    for (let i = 0; i < 2; i++) void calls.execute(hang)
    expect(await calls.execute(hang).catch(caught)).toMatchObject({
      message: /^bulkhead: all 2 places are taken and nobody may wait\./,
    })
  })

  test.each([0, 1.5, NaN, Infinity, '4'])('to %s is refused, and changes nothing', (size) => {
    const { places, state } = setup({ maxConcurrency: 2 })
    expect(() => places.resize(size as number)).toThrow(InvalidOptionsError)
    expect(state()).toMatchObject({ maxConcurrency: 2 })
  })
})

describe('bulkhead with a reserve', () => {
  const reserve = { forPriority: 5, places: 1 }

  test('keeps the last places for calls of high priority', async () => {
    const { calls, state } = setup({ maxConcurrency: 3, reserve })
    const hang = scriptedOperation([{ hang: true }])
    for (let i = 0; i < 4; i++) void calls.execute(hang, { priority: 4 })
    expect(state()).toEqual({ running: 2, waiting: 2, maxConcurrency: 3, ordinary: 2, maxOrdinary: 2 })
    void calls.execute(hang, { priority: 5 })
    expect(state()).toMatchObject({ running: 3, waiting: 2 })
  })

  test('lets high priority use every place, and ordinary calls what is left', async () => {
    const { clock, calls } = setup({ maxConcurrency: 3, reserve, order: 'fifo' })
    const high = scriptedOperation([{ value: 'high', afterMs: 100 }])
    const ordinary = scriptedOperation([{ value: 'ordinary', afterMs: 100 }])
    const all: Promise<string>[] = []
    for (let i = 0; i < 4; i++) all.push(calls.execute(ordinary))
    for (let i = 0; i < 4; i++) all.push(calls.execute(high, { priority: 9 }))
    await clock.run()
    expect((await Promise.all(all)).length).toBe(8)
    expect(high.started.map(({ at }) => at)).toEqual([0, 100, 100, 100])
    expect(ordinary.started.map(({ at }) => at)).toEqual([0, 0, 200, 200])
  })

  test('as a share follows the size, rounded up, and leaves one place to everybody', () => {
    const { places, state } = setup({ maxConcurrency: 100, reserve: { forPriority: 1, ratio: 0.07 } })
    const left = [100, 8, 2, 1].map((size) => {
      places.resize(size)
      return (state() as { maxOrdinary: number }).maxOrdinary
    })
    expect(left).toEqual([93, 7, 1, 1])
  })

  test('says that it would admit whom it would admit', async () => {
    const { places, calls } = setup({ maxConcurrency: 2, reserve })
    void calls.execute(scriptedOperation([{ hang: true }]))
    const ask = (priority: number) => pipeline([]).execute(async (context) => places.readyInMs?.(context), { priority })
    expect([await ask(0), await ask(5)]).toEqual([Infinity, 0])
  })

  test('a full line of ordinary calls shuts nobody of high priority out', async () => {
    const { clock, calls } = setup({ maxConcurrency: 2, reserve, queueLimit: 1 })
    const operation = scriptedOperation([{ value: 'done', afterMs: 10 }])
    const answers = [0, 0, 0, 9, 9, 9].map((priority) => calls.execute(operation, { priority }).catch(caught))
    await clock.run()
    expect((await Promise.all(answers)).map((answer) => (answer === 'done' ? answer : 'full'))).toEqual([
      'done',
      'done',
      'full',
      'done',
      'done',
      'full',
    ])
  })

  test.each<[object, string]>([
    [{ places: 1 }, 'bulkhead.reserve.forPriority must be a number, got undefined.'],
    [{ forPriority: 1 }, 'bulkhead.reserve must be given with either places or ratio'],
    [{ forPriority: 1, places: 1, ratio: 0.5 }, 'bulkhead.reserve must be given with either places or ratio'],
    [
      { forPriority: 1, places: 4 },
      'reserve.places must be an integer of at least 1 and below maxConcurrency (4), got 4.',
    ],
    [{ forPriority: 1, places: 0 }, 'bulkhead.reserve.places must be an integer of at least 1'],
    [{ forPriority: 1, ratio: 1 }, 'bulkhead.reserve.ratio must be a ratio above 0 and below 1, got 1.'],
    [{ forPriority: NaN, ratio: 0.5 }, 'bulkhead.reserve.forPriority must be a number, got NaN.'],
    [{ priority: 1 }, 'bulkhead.reserve.priority must be one of forPriority, places, ratio'],
  ])('refuses the reserve %o', (wrong, message) => {
    expect(() => bulkhead({ maxConcurrency: 4, reserve: wrong as never })).toThrow(message)
  })
})

describe('bulkhead in a dry run', () => {
  test('lets everybody in, and tells who would have found no seat', async () => {
    const { clock, calls, state, recording } = setup({ maxConcurrency: 2, queueLimit: 1, dryRun: true })
    const operation = scriptedOperation([{ value: 1, afterMs: 10 }])
    const all = Promise.all(Array.from({ length: 5 }, () => calls.execute(operation)))
    expect(state()).toMatchObject({ running: 5, waiting: 0 })
    expect(recording.events.filter(({ type }) => type === 'bulkhead.rejected')).toMatchObject([
      { callId: 4, reason: 'queue_full', dryRun: true },
      { callId: 5, reason: 'queue_full', dryRun: true },
    ])
    await clock.run()
    expect([(await all).length, state()]).toEqual([5, { running: 0, waiting: 0, maxConcurrency: 2 }])
  })

  test('must be true or false', () => {
    expect(() => bulkhead({ dryRun: 'yes' as never })).toThrow("bulkhead.dryRun must be true or false, got 'yes'.")
  })
})

describe('bulkhead, whatever happens', () => {
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ takesMs: fc.nat(40), deaf: fc.boolean(), priority: fc.constantFrom(0, 10) }),
    },
    { weight: 2, arbitrary: fc.record({ abort: fc.nat(40) }) },
    { weight: 2, arbitrary: fc.record({ advance: fc.nat(25) }) },
    { weight: 2, arbitrary: fc.record({ turns: fc.nat(6) }) },
    { weight: 2, arbitrary: fc.record({ resize: fc.integer({ min: 1, max: 5 }) }) },
  )

  // trap: limits-never-lock
  // trap: accepted-means-served
  test.prop([
    fc.array(step, { maxLength: 60 }),
    fc.integer({ min: 2, max: 4 }),
    fc.constantFrom('fifo' as const, 'deadline' as const),
  ])(
    'nobody enters above the limit in force, ordinary calls leave the reserve free, nobody starves, no place is lost',
    async (steps, maxConcurrency, order) => {
      const reserve = { forPriority: 5, ratio: 0.3 }
      const { clock, places, calls } = setup({ maxConcurrency, reserve, order })
      type State = { running: number; ordinary: number; maxConcurrency: number; maxOrdinary: number }
      const state = (): State => places.snapshot?.() as State
      const callers: AbortController[] = []
      const ends: Promise<unknown>[] = []
      // Who was let in takes its place in that moment, and starts some microtasks later.
      let seen = state()
      const tooMany: State[] = []
      const look = (): void => {
        const now = state()
        if (now.running > seen.running && now.running > now.maxConcurrency) tooMany.push(now)
        if (now.ordinary > seen.ordinary && now.ordinary > now.maxOrdinary) tooMany.push(now)
        seen = now
      }
      calls.events.subscribe(look)
      let inside = 0
      for (const each of steps) {
        if ('takesMs' in each) {
          const caller = new AbortController()
          callers.push(caller)
          const operation: Operation<string> = async (context) => {
            inside++
            expect(inside).toBeLessThanOrEqual(state().running)
            await new Promise<void>((resolve) => {
              const timer = clock.setTimer(each.takesMs, resolve)
              if (!each.deaf) context.signal.addEventListener('abort', () => (timer.cancel(), resolve()))
            })
            inside--
            return 'done'
          }
          const settings = { signal: caller.signal, priority: each.priority }
          ends.push(calls.execute(operation, settings).catch(caught))
        } else if ('abort' in each) callers[each.abort]?.abort('gone')
        else if ('advance' in each) await clock.advance(each.advance)
        else if ('resize' in each) places.resize(each.resize)
        else for (let i = 0; i < each.turns; i++) await Promise.resolve()
        look()
      }
      await clock.run()
      expect(tooMany).toEqual([])
      // Without a limit of the wait everybody who stayed was served.
      for (const [i, end] of (await Promise.all(ends)).entries())
        expect(end).toBe(callers[i]?.signal.aborted && end === 'gone' ? 'gone' : 'done')
      expect(state()).toMatchObject({ running: 0, waiting: 0, ordinary: 0 })
      expect([clock.pending, calls.state().inFlight]).toEqual([0, 0])
    },
  )
})
