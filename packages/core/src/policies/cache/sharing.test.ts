import { describe, expect, test } from 'vitest'
import { InvalidOptionsError, cache, type CacheStore } from '../../index.ts'
import { scriptedOperation, settle, VirtualClock } from '../../testing.ts'
import { asking } from './__fixtures__/asking.ts'
import { processes, sharedStore } from './__fixtures__/processes.ts'

const types = (said: object[]): unknown[] => said.map((event) => 'type' in event && event.type)

describe('processes that share a store with leases', () => {
  test('make an answer once, however many calls each has', async () => {
    const { clock, all } = processes(4)
    const operation = scriptedOperation([{ value: { picture: 1 }, afterMs: 30_000 }])
    const answers = all.flatMap(({ ask }) => Array.from({ length: 25 }, () => ask('a', operation)))
    await clock.run()
    expect(await Promise.all(answers)).toEqual(Array.from({ length: 100 }, () => ({ picture: 1 })))
    expect(operation.runs).toBe(1)
    // The followers look about once a second at last.
    expect(clock.now()).toBeLessThan(32_000)
    const [leader, ...followers] = all.map(({ said }) => types(said()).filter((type) => type !== 'cache.coalesced'))
    expect(leader).toEqual(['cache.missed', 'cache.stored'])
    for (const each of followers) expect(each).toEqual(['cache.followed', 'cache.hit'])
  })

  test('have other work for other keys', async () => {
    const { clock, all } = processes(2)
    const operation = scriptedOperation([
      { value: 1, afterMs: 100 },
      { value: 2, afterMs: 100 },
    ])
    const answers = all.map(({ ask }, i) => ask(`tenant ${i}`, operation))
    await clock.run()
    expect([await Promise.all(answers), operation.runs]).toEqual([[1, 2], 2])
  })

  // trap: failures-stay-single
  test('ask one after the other while it fails, and stop at the first success', async () => {
    const { clock, all } = processes(20)
    const error = new Error('503')
    const operation = scriptedOperation([
      { error, afterMs: 1000 },
      { error, afterMs: 1000 },
      { value: 'works', afterMs: 1000 },
    ])
    let most = 0
    const watched = async (...given: Parameters<typeof operation>): Promise<unknown> => {
      const answer = operation(...given)
      most = Math.max(most, operation.running)
      return answer
    }
    const answers = all.map(({ ask }) => ask('a', watched))
    await clock.run()
    const got = await Promise.all(answers)
    expect([
      got.filter((answer) => answer === error).length,
      got.filter((answer) => answer === 'works').length,
    ]).toEqual([2, 18])
    expect([operation.runs, most]).toEqual([3, 1])
  })

  // trap: one-asks-for-all
  test('are free of one that has died, within its lease', async () => {
    const { clock, all, store } = processes(3, { leaseMs: 10_000 })
    // It took the lease, and was killed.
    await Promise.all([store.leases?.take('a', 'the dead one', 10_000), clock.advance(1)])
    const operation = scriptedOperation([{ value: 'done', afterMs: 5000 }])
    const answers = all.map(({ ask }) => ask('a', operation))
    await clock.advance(9000)
    expect(operation.runs).toBe(0)
    await clock.advance(3000)
    expect(operation.runs).toBe(1)
    await clock.run()
    expect([await Promise.all(answers), operation.runs]).toEqual([['done', 'done', 'done'], 1])
  })

  test('leave one that works for longer than its lease alone', async () => {
    const { clock, all } = processes(2, { leaseMs: 1000 })
    const operation = scriptedOperation([{ value: 'done', afterMs: 60_000 }])
    const answers = all.map(({ ask }) => ask('a', operation))
    await clock.run()
    expect([await Promise.all(answers), operation.runs]).toEqual([['done', 'done'], 1])
  })

  test('go on at once when the work of another ends because its callers have left', async () => {
    const { clock, all } = processes(2)
    const [one, other] = all
    const caller = new AbortController()
    const operation = scriptedOperation([{ hang: true }, { value: 'done', afterMs: 100 }])
    const gone = one?.ask('a', operation, caller.signal)
    await clock.advance(10)
    const stays = other?.ask('a', operation)
    await clock.advance(100)
    caller.abort('gone')
    await clock.advance(400)
    expect([await gone, await stays, operation.runs]).toEqual(['gone', 'done', 2])
  })

  test('let one that waits leave at once, with its own reason and without a trace', async () => {
    const { clock, all } = processes(2)
    const [one, other] = all
    const caller = new AbortController()
    const operation = scriptedOperation([{ value: 'done', afterMs: 1000 }])
    const stays = one?.ask('a', operation)
    await clock.advance(10)
    const gone = other?.ask('a', operation, caller.signal)
    const joined = other?.ask('a', operation)
    await clock.advance(200)
    caller.abort('gone')
    expect(await gone).toBe('gone')
    await clock.run()
    expect([await stays, await joined, operation.runs, clock.pending]).toEqual(['done', 'done', 1, 0])
  })

  test('give the lead back when the caller leaves while it is asked for', async () => {
    const { clock, all, store } = processes(1)
    const caller = new AbortController()
    const gone = all[0]?.ask('a', () => expect.unreachable(), caller.signal)
    await clock.advance(1)
    caller.abort('gone')
    await clock.run()
    const [free] = await Promise.all([store.leases?.take('a', 'another', 1000), clock.run()])
    expect([await gone, free]).toEqual(['gone', 0])
  })

  test('take what came while they waited, whatever the clocks of the others say', async () => {
    const { clock, all, store } = processes(1, { ttlMs: 1000 })
    await Promise.all([store.leases?.take('a', 'another', 10_000), clock.advance(1)])
    const answer = all[0]?.ask('a', () => expect.unreachable())
    await clock.advance(500)
    // An hour behind: by this process's clock it has long been stale.
    const storedAt = clock.wallTime() - 3_600_000
    await Promise.all([store.set('a', { value: 'theirs', storedAt }, 10_000), clock.advance(1)])
    await clock.run()
    expect(await answer).toBe('theirs')
    expect(all[0]?.said().at(-1)).toMatchObject({ type: 'cache.hit', ageMs: 0, stale: false })
  })

  test('share what is at work where nothing is fresh for any time', async () => {
    const { clock, all } = processes(3, { ttlMs: 0 })
    const operation = scriptedOperation([
      { value: 1, afterMs: 1000 },
      { value: 2, afterMs: 1000 },
    ])
    const both = async (): Promise<unknown[]> => {
      const answers = all.map(({ ask }) => ask('a', operation))
      await clock.run()
      return Promise.all(answers)
    }
    expect([await both(), await both(), operation.runs]).toEqual([[1, 1, 1], [2, 2, 2], 2])
  })

  test('renew a stale answer once, and give it to everybody meanwhile', async () => {
    const { clock, all } = processes(3, { ttlMs: 1000, staleWhileRevalidateMs: 60_000 })
    const operation = scriptedOperation([{ value: 'old' }, { value: 'new', afterMs: 5000 }])
    const first = all[0]?.ask('a', operation)
    await clock.run()
    expect(await first).toBe('old')
    await clock.advance(2000)
    const answers = all.map(({ ask }) => ask('a', operation))
    await clock.advance(100)
    // Whoever does not renew it waits for nothing.
    const renewing = all
      .map(({ calls }) => calls.state().policies[0]?.state)
      .map((each) => (each as { revalidating: number }).revalidating)
    expect(renewing.toSorted((a, b) => a - b)).toEqual([0, 0, 1])
    await clock.run()
    expect(await Promise.all(answers)).toEqual(['old', 'old', 'old'])
    const told = types(all.flatMap(({ said }) => said()))
    expect(told.filter((type) => type === 'cache.revalidated' || type === 'cache.followed')).toEqual([
      'cache.revalidated',
    ])
    const later = all.map(({ ask }) => ask('a', operation))
    await clock.advance(10)
    expect([await Promise.all(later), operation.runs]).toEqual([['new', 'new', 'new'], 2])
  })

  test('give the old answer where the new one fails everywhere', async () => {
    const { clock, all } = processes(2, { ttlMs: 1000 })
    const operation = scriptedOperation([{ value: 'old' }, { error: new Error('503'), afterMs: 100 }])
    void all[0]?.ask('a', operation)
    await clock.run()
    await clock.advance(2000)
    const answers = all.map(({ ask }) => ask('a', operation))
    await clock.run()
    expect([await Promise.all(answers), operation.runs]).toEqual([['old', 'old'], 3])
  })

  test('ask again after an answer was forgotten, although one is at work on it', async () => {
    const clock = new VirtualClock()
    const store = sharedStore(clock)
    const answers = cache({ store })
    const made = asking([answers], clock)
    const operation = scriptedOperation([
      { value: 'before', afterMs: 30_000 },
      { value: 'after', afterMs: 1000 },
    ])
    const first = made.ask('a', operation)
    await clock.advance(10)
    const forgotten = answers.forget('a')
    const second = made.ask('a', operation)
    await clock.advance(1100)
    await forgotten
    expect([await second, operation.runs]).toEqual(['after', 2])
    // Past the time at which the old work would have renewed its lease.
    await clock.advance(5000)
    const [free] = await Promise.all([store.leases?.take('a', 'another', 1000), clock.advance(1)])
    expect(free).toBe(0)
    await clock.run()
    expect(await first).toBe('before')
    const [entry] = await Promise.all([store.get('a'), clock.run()])
    expect(entry).toMatchObject({ value: 'after' })
  })
})

describe('a store whose leases cannot be had', () => {
  const broken = (leases: object): CacheStore => ({
    get: () => undefined,
    set: () => true,
    delete: () => true,
    leases: leases as never,
  })
  const rejects = {
    take: () => Promise.reject(new Error('ECONNREFUSED')),
    release: () => Promise.reject(new Error('gone')),
  }
  const hangs = { take: () => new Promise(() => {}), release: () => new Promise(() => {}) }
  const throws = {
    take: () => {
      throw new Error('no')
    },
    release: () => {
      throw new Error('no')
    },
  }

  test.each([
    ['rejects', rejects, 0, 'Error'],
    ['hangs', hangs, 1000, 'TimeoutError'],
    ['throws', throws, 0, 'Error'],
    ['answers nonsense', { take: () => 'soon', release: () => {} }, 0, undefined],
  ])('and %s: each process goes on by itself, and says so', async (_, leases, afterMs, errorName) => {
    const { clock, all } = processes(2, { store: broken(leases) })
    const operation = scriptedOperation([{ value: 1 }])
    const answers = all.map(({ ask }) => Promise.all([ask('a', operation), ask('a', operation)]))
    await clock.advance(afterMs)
    await settle()
    expect([await Promise.all(answers), operation.runs]).toEqual([
      [
        [1, 1],
        [1, 1],
      ],
      2,
    ])
    if (errorName !== undefined)
      expect(all[0]?.said()).toContainEqual(
        expect.objectContaining({ type: 'diagnostic.reported', source: 'cache.store.take', errorName }),
      )
    await clock.run()
    expect(clock.pending).toBe(0)
  })

  test('says nothing of a wait that nobody waits for any more', async () => {
    const { clock, all, store } = processes(1)
    await Promise.all([store.leases?.take('a', 'another', 600_000), clock.advance(1)])
    const caller = new AbortController()
    const gone = all[0]?.ask('a', () => expect.unreachable(), caller.signal)
    await clock.advance(5000)
    caller.abort('gone')
    await clock.run()
    expect([await gone, clock.pending]).toEqual(['gone', 0])
  })

  test('fails who wants to forget, once', async () => {
    const fails = (): Promise<never> => Promise.reject(new Error('ECONNREFUSED'))
    const answers = cache({ store: { get: fails, set: fails, delete: fails, leases: { take: fails, release: fails } } })
    await expect(answers.forget('a')).rejects.toThrow('ECONNREFUSED')
    // A rejection that nobody handles would be told in the next turn.
    await new Promise((resolve) => setImmediate(resolve))
  })

  test('is refused when it is made, where they are none', () => {
    const wrong = broken({ take: () => 0 })
    expect(() => cache({ store: wrong })).toThrow(InvalidOptionsError)
    expect(() => cache({ leaseMs: 50 })).toThrow('cache.leaseMs')
  })
})
