import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { InvalidOptionsError, type Operation } from '../../index.ts'
import { scriptedOperation, settle } from '../../testing.ts'
import { setup } from './__fixtures__/bulkhead.ts'
import { caught } from '../../kernel/__fixtures__/ended.ts'

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
      message: expect.stringMatching(/^bulkhead: all 2 places are taken and nobody may wait\./),
    })
  })

  test.each([0, 1.5, NaN, Infinity, '4'])('to %s is refused, and changes nothing', (size) => {
    const { places, state } = setup({ maxConcurrency: 2 })
    expect(() => places.resize(size as number)).toThrow(InvalidOptionsError)
    expect(() => places.resize(size as number)).toThrow('bulkhead.resize must be an integer of at least 1')
    expect(state()).toMatchObject({ maxConcurrency: 2 })
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
