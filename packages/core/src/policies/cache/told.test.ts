import { describe, expect, test } from 'vitest'
import { cache } from '../../index.ts'
import { scriptedOperation, settle, VirtualClock } from '../../testing.ts'
import { asking } from './__fixtures__/asking.ts'
import { processes, sharedStore } from './__fixtures__/processes.ts'

describe('processes that are told when the lead was given back', () => {
  test('have the answer then, and do not look for it', async () => {
    const { clock, all } = processes(4, { tells: true })
    const operation = scriptedOperation([{ value: 'done', afterMs: 30_000 }])
    const answers = all.map(({ ask }) => ask('a', operation))
    // Each step with the store takes a millisecond.
    await clock.advance(30_010)
    expect([await Promise.all(answers), operation.runs]).toEqual([['done', 'done', 'done', 'done'], 1])
    expect(clock.pending).toBe(0)
  })

  test('take it over at once where the work failed', async () => {
    const { clock, all } = processes(2, { tells: true })
    const operation = scriptedOperation([
      { error: new Error('503'), afterMs: 30_000 },
      { value: 'done', afterMs: 100 },
    ])
    const answers = all.map(({ ask }) => ask('a', operation))
    await clock.advance(30_010)
    expect(operation.runs).toBe(2)
    await clock.run()
    expect(await answers[1]).toBe('done')
  })

  test('find it by looking where what is told is lost', async () => {
    const clock = new VirtualClock()
    const store = sharedStore(clock)
    const leases = { ...store.leases, watch: () => () => {} }
    const { ask } = asking([cache({ store: { ...store, leases } })], clock)
    await Promise.all([store.leases.take('a', 'another', 10_000), clock.advance(1)])
    const answer = ask('a', () => expect.unreachable())
    await clock.advance(5000)
    await Promise.all([store.set('a', { value: 'theirs', storedAt: clock.wallTime() }, 10_000), clock.advance(1)])
    await clock.advance(1000)
    expect(await answer).toBe('theirs')
  })

  test('listen no longer than they wait, also where the caller leaves', async () => {
    const clock = new VirtualClock()
    const store = sharedStore(clock)
    const listening: string[] = []
    const watch = (key: string): (() => void) => {
      listening.push(key)
      return () => void listening.splice(listening.indexOf(key), 1)
    }
    const { ask } = asking([cache({ store: { ...store, leases: { ...store.leases, watch } } })], clock)
    await Promise.all([store.leases.take('a', 'another', 2000), clock.advance(1)])
    const caller = new AbortController()
    const gone = ask('a', () => expect.unreachable(), caller.signal)
    await clock.advance(500)
    expect(listening).toEqual(['a'])
    caller.abort('gone')
    expect([await gone, await settle(), listening]).toEqual(['gone', undefined, []])
    const stays = ask('a', async () => 'own')
    await clock.advance(500)
    expect(listening).toEqual(['a'])
    await clock.run()
    expect([await stays, listening]).toEqual(['own', []])
  })

  test('are not hurt by a store that cannot tell, and say so', async () => {
    const clock = new VirtualClock()
    const store = sharedStore(clock)
    const watch = (): never => {
      throw new Error('no second connection')
    }
    const { ask, said } = asking([cache({ store: { ...store, leases: { ...store.leases, watch } } })], clock)
    await Promise.all([store.leases.take('a', 'another', 1000), clock.advance(1)])
    const answer = ask('a', async () => 'own')
    await clock.run()
    expect(await answer).toBe('own')
    expect(said()).toContainEqual(expect.objectContaining({ source: 'cache.store.watch', errorName: 'Error' }))
  })
})
