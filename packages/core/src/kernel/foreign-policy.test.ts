import { describe, expect, test } from 'vitest'
import { bulkhead, failure, fallback, pipeline, retry, success, type Policy, type Reaction } from '../index.ts'
import { recordEvents, scriptedOperation, VirtualClock } from '../testing.ts'
import { ended } from './__fixtures__/ended.ts'

describe('a policy of somebody else', () => {
  /** Runs two branches and takes the first success; ends the loser. */
  const race: Policy = {
    name: 'race',
    async execute(next, context) {
      const branches = [context.child(), context.child()]
      const outcome = await Promise.race(branches.map((branch) => next(branch)))
      for (const branch of branches) {
        branch.abort(new Error('another one won'))
        branch.detach()
      }
      return outcome
    },
  }

  test('can end one branch without the others, and every place comes back', async () => {
    const clock = new VirtualClock()
    const outer = bulkhead({ name: 'outer', maxConcurrency: 1 })
    const inner = bulkhead({ name: 'inner', maxConcurrency: 2 })
    const calls = pipeline([outer, race, inner], { clock })
    const operation = scriptedOperation([
      { value: 'slow', afterMs: 100 },
      { value: 'fast', afterMs: 10 },
    ])
    const answer = calls.execute(operation)
    await clock.advance(10)
    expect(await answer).toBe('fast')
    expect(operation.aborts).toMatchObject([{ message: 'another one won' }])
    expect(operation.runs).toBe(2)
    expect(outer.snapshot?.()).toMatchObject({ running: 0 })
    expect(inner.snapshot?.()).toMatchObject({ running: 0 })
    expect(clock.pending).toBe(0)
  })

  test('keeps the place outside until the loser that ignores its signal has ended', async () => {
    const clock = new VirtualClock()
    const outer = bulkhead({ maxConcurrency: 1 })
    const calls = pipeline([outer, race], { clock })
    const operation = scriptedOperation([
      { value: 'slow', afterMs: 100, deaf: true },
      { value: 'fast', afterMs: 10 },
    ])
    const answer = calls.execute(operation)
    await clock.advance(50)
    expect(await answer).toBe('fast')
    expect(outer.snapshot?.()).toMatchObject({ running: 1 })
    await clock.run()
    expect(outer.snapshot?.()).toMatchObject({ running: 0 })
  })

  test.each([true, false])(
    'that rejects ends its call with that error and leaves nothing behind (gate outside: %s)',
    async (outside) => {
      const broken: Policy = { name: 'broken', execute: () => Promise.reject(new Error('broken policy')) }
      const gate = bulkhead({ maxConcurrency: 1 })
      const calls = pipeline(outside ? [gate, broken] : [broken, gate])
      const recording = recordEvents(calls)
      expect(await ended(calls.execute(async () => 1))).toMatchObject({ message: 'broken policy' })
      expect(gate.snapshot?.()).toMatchObject({ running: 0 })
      expect(calls.state().inFlight).toBe(0)
      expect(recording.timeline('call.completed')).toHaveLength(1)
    },
  )

  test('that throws ends its call with that error', async () => {
    const broken: Policy = {
      name: 'broken',
      execute() {
        throw new Error('broken policy')
      },
    }
    expect(await ended(pipeline([retry({ maxAttempts: 3 }), broken]).execute(async () => 1))).toMatchObject({
      message: 'broken policy',
    })
  })

  test('may answer without asking anybody', async () => {
    const cached: Policy<string> = {
      name: 'cached',
      execute: async () => success('stored'),
    }
    const operation = scriptedOperation([{ value: 1 }])
    expect(await pipeline([cached]).execute(operation)).toBe('stored')
    expect(operation.runs).toBe(0)
  })
})

describe('a reaction of somebody else', () => {
  const reacting = (react: Reaction['react']): Reaction => ({ name: 'mine', react })

  test.each<[string, Reaction['react']]>([
    [
      'throws',
      () => {
        throw new Error('broken reaction')
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken reaction'))],
  ])('that %s ends its call with that error and leaves nothing behind', async (_, react) => {
    const gate = bulkhead({ maxConcurrency: 1 })
    const calls = pipeline([reacting(react), gate])
    const recording = recordEvents(calls)
    expect(await ended(calls.execute(async () => 1))).toMatchObject({ message: 'broken reaction' })
    expect(gate.snapshot?.()).toMatchObject({ running: 0 })
    expect(calls.state().inFlight).toBe(0)
    expect(recording.timeline('call.completed')).toHaveLength(1)
  })

  test('is heard by the one outside of it', async () => {
    const calls = pipeline([
      fallback({ steps: [({ error }) => (error as Error).message] }),
      reacting(() => Promise.reject(new RangeError('no answer'))),
    ])
    expect(await ended(calls.execute(async () => 1))).toMatchObject({ message: 'no answer' })
    const transient = pipeline([
      fallback({ steps: [({ error }) => (error as Error).message] }),
      reacting(() => failure(new Error('replaced'), { kind: 'transient' })),
    ])
    expect(await transient.execute(async () => 1)).toBe('replaced')
  })

  test('may run again what is inside of it', async () => {
    const twice = reacting((_, next, context) => next(context))
    const operation = scriptedOperation([{ value: 'first' }, { value: 'second' }])
    const clock = new VirtualClock()
    const answer = pipeline([twice, bulkhead({ maxConcurrency: 1 })], { clock }).execute(operation)
    await clock.run()
    expect(await answer).toBe('second')
  })
})
