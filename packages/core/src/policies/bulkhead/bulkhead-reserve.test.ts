import { describe, expect, test } from 'vitest'
import { bulkhead, pipeline } from '../../index.ts'
import { caught } from '../../kernel/__fixtures__/ended.ts'
import { scriptedOperation, settle } from '../../testing.ts'
import { setup } from './__fixtures__/bulkhead.ts'

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

  test('in the moment in which there are more places, those who wait go before whoever comes', async () => {
    const { clock, places, calls } = setup({ maxConcurrency: 2, reserve })
    const important = scriptedOperation([{ value: 1, afterMs: 100 }])
    const waiting = scriptedOperation([{ value: 1 }])
    const high = Array.from({ length: 3 }, () => calls.execute(important, { priority: 9 }))
    const ordinary = calls.execute(waiting)
    const late = scriptedOperation([{ value: 1 }])
    const ready: Promise<unknown>[] = []
    calls.events.subscribe(({ type }) => {
      if (type !== 'bulkhead.resized') return
      for (const priority of [0, 9])
        ready.push(pipeline([]).execute(async (context) => places.readyInMs?.(context), { priority }))
      ready.push(calls.execute(late))
    })
    await clock.advance(10)
    places.resize(3)
    await settle()
    expect([important.running, waiting.runs, late.runs]).toEqual([3, 0, 0])
    await clock.run()
    expect(await Promise.all([...high, ordinary, ...ready])).toEqual([1, 1, 1, 1, Infinity, Infinity, 1])
  })

  test('refuses those who wait when it is disposed of, ordinary calls as well', async () => {
    const { calls } = setup({ maxConcurrency: 2, reserve })
    const hang = scriptedOperation([{ hang: true }])
    for (let i = 0; i < 2; i++) void calls.execute(hang, { priority: 9 })
    const waiting = [0, 9].map((priority) => calls.execute(hang, { priority }).catch(caught))
    calls.dispose()
    expect(await Promise.all(waiting)).toMatchObject([{ reason: 'disposed' }, { reason: 'disposed' }])
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
    [{ forPriority: 1, ratio: 0 }, 'bulkhead.reserve.ratio must be a ratio above 0 and below 1, got 0.'],
    [{ forPriority: 1, ratio: '0.5' }, "bulkhead.reserve.ratio must be a ratio above 0 and below 1, got '0.5'."],
    [{ forPriority: 1, ratio: 1 }, 'bulkhead.reserve.ratio must be a ratio above 0 and below 1, got 1.'],
    [{ forPriority: NaN, ratio: 0.5 }, 'bulkhead.reserve.forPriority must be a number, got NaN.'],
    [{ priority: 1 }, 'bulkhead.reserve.priority must be one of forPriority, places, ratio'],
  ])('refuses the reserve %o', (wrong, message) => {
    expect(() => bulkhead({ maxConcurrency: 4, reserve: wrong as never })).toThrow(message)
  })
})
