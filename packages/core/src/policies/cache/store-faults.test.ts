import { describe, expect, test } from 'vitest'
import { cache, type CacheStore } from '../../index.ts'
import { scriptedOperation, settle, type VirtualClock } from '../../testing.ts'
import { asking, type Asking } from './__fixtures__/asking.ts'

/** A store that answers after a while, and what it has. */
const slowStore = (clock: () => VirtualClock, ms: number): CacheStore & { readonly has: Map<string, unknown> } => {
  const has = new Map<string, unknown>()
  const later = <T>(act: () => T): Promise<T> => new Promise((resolve) => clock().setTimer(ms, () => resolve(act())))
  return {
    has,
    get: (key) => later(() => has.get(key)),
    set: (key, value) => later(() => has.set(key, value)),
    delete: (key) => later(() => has.delete(key)),
  }
}

const withSlowStore = (ms: number, options = {}): Asking & { readonly has: Map<string, unknown> } => {
  let made: Asking | undefined
  const store = slowStore(() => (made as Asking).clock, ms)
  made = asking([cache({ store, ...options })])
  return { ...made, has: store.has }
}

describe('a store that takes its time', () => {
  test('is asked once by identical calls, which share what it has', async () => {
    const { ask, clock, said, has } = withSlowStore(10)
    has.set('a', { value: 'kept', storedAt: clock.wallTime() })
    const answers = [ask('a', () => expect.unreachable()), ask('a', () => expect.unreachable())]
    await clock.run()
    expect([await Promise.all(answers), clock.now()]).toEqual([['kept', 'kept'], 10])
    expect(said()).toEqual([
      { type: 'cache.coalesced', at: 0, callId: 2, leader: 1, waiting: 2 },
      { type: 'cache.hit', at: 10, callId: 1, ageMs: 10, stale: false },
    ])
  })

  test('keeps nobody waiting while it stores, and nobody asks again meanwhile', async () => {
    const { ask, clock, said } = withSlowStore(100)
    const operation = scriptedOperation([{ value: 'new', afterMs: 10 }])
    const first = ask('a', operation)
    await clock.advance(110)
    expect(await first).toBe('new')
    await clock.advance(50)
    expect([await ask('a', operation), operation.runs]).toEqual(['new', 1])
    await clock.run()
    expect(said().map((event) => 'type' in event && event.type)).toEqual(['cache.missed', 'cache.hit', 'cache.stored'])
    expect(clock.pending).toBe(0)
  })

  test('is left in the tick in which the last caller leaves, and only then', async () => {
    const { ask, calls, clock, has } = withSlowStore(100)
    has.set('a', { value: 'kept', storedAt: clock.wallTime() })
    const callers = [new AbortController(), new AbortController()]
    const answers = callers.map(({ signal }) => ask('a', () => expect.unreachable(), signal))
    const stays = ask('a', () => expect.unreachable())
    for (const caller of callers) caller.abort('gone')
    await clock.run()
    expect([await Promise.all(answers), await stays]).toEqual([['gone', 'gone'], 'kept'])
    const caller = new AbortController()
    const operation = scriptedOperation([{ value: 1 }])
    const last = ask('b', operation, caller.signal)
    caller.abort('gone')
    expect(await last).toBe('gone')
    await clock.run()
    expect([operation.runs, calls.state().inFlight]).toEqual([0, 0])
  })

  test('that stores longer than an answer is fresh, or of use, is not waited for', async () => {
    for (const staleWhileRevalidateMs of [0, 1000]) {
      const { ask, clock } = withSlowStore(100, { ttlMs: 10, staleIfErrorMs: 0, staleWhileRevalidateMs })
      const operation = scriptedOperation([{ value: 1 }, { value: 2 }])
      const first = ask('a', operation)
      await clock.advance(150)
      const second = ask('a', operation)
      await clock.run()
      expect([await first, await second, operation.runs]).toEqual([1, staleWhileRevalidateMs === 0 ? 2 : 1, 2])
    }
  })

  test('gives no answer that was forgotten while it was fetched', async () => {
    const answers = cache({ store: slowStore(() => made.clock, 100) })
    const made = asking([answers])
    const { ask, clock } = made
    const operation = scriptedOperation([{ value: 1 }, { value: 2 }])
    const first = ask('a', operation)
    await clock.run()
    const second = ask('a', operation)
    const forgotten = answers.forget('a')
    await clock.run()
    await forgotten
    expect([await first, await second]).toEqual([1, 2])
  })
})

describe('a store that hangs', () => {
  test('costs a call a bounded time, then the call goes on without it, and an event tells', async () => {
    const { ask, clock, said, calls } = withSlowStore(Infinity, { storeTimeoutMs: 200 })
    const operation = scriptedOperation([{ value: 'new', afterMs: 10 }])
    const answers = [ask('a', operation), ask('a', operation)]
    await clock.advance(210)
    expect(await Promise.all(answers)).toEqual(['new', 'new'])
    await clock.advance(200)
    expect(said()).toEqual([
      { type: 'cache.coalesced', at: 0, callId: 2, leader: 1, waiting: 2 },
      { type: 'diagnostic.reported', at: 200, callId: 1, source: 'cache.store.get', errorName: 'TimeoutError' },
      { type: 'cache.missed', at: 200, callId: 1 },
      { type: 'diagnostic.reported', at: 410, callId: 1, source: 'cache.store.set', errorName: 'TimeoutError' },
    ])
    expect([clock.pending, calls.state().inFlight]).toEqual([0, 0])
    expect(operation.runs).toBe(1)
  })

  test('is left when the last caller leaves, with no timer', async () => {
    const { ask, calls, clock } = withSlowStore(Infinity, { storeTimeoutMs: 200 })
    const caller = new AbortController()
    const answer = ask('a', () => expect.unreachable(), caller.signal)
    caller.abort('gone')
    expect([await answer, clock.pending, calls.state().policies[0]?.state]).toEqual([
      'gone',
      0,
      { inFlight: 0, storing: 0, waiting: 0, revalidating: 0 },
    ])
  })

  test('keeps no process alive while it stores', async () => {
    const { ask, clock } = withSlowStore(Infinity, { storeTimeoutMs: 200 })
    const answer = ask('a', async () => 1)
    await clock.advance(200)
    await answer
    expect(clock.pending).toBe(0)
  })
})

describe('a store that fails', () => {
  const fails = (): never => {
    throw new RangeError('broken: secret')
  }
  const rejects = (): Promise<never> => Promise.reject(new RangeError('broken: secret'))
  const refuses = { get() {}, set: () => false, delete() {} }

  test.each<[string, CacheStore, string[]]>([
    ['at once', { get: fails, set: fails, delete: fails }, ['get RangeError', 'set RangeError']],
    ['later', { get: rejects, set: rejects, delete: rejects }, ['get RangeError', 'set RangeError']],
    ['to take what it is given', refuses, ['set NotStored']],
    ['to take it, later', { ...refuses, set: () => Promise.resolve(false) }, ['set NotStored']],
  ])('%s: the call goes on without it, and an event tells', async (_, store, faults) => {
    const { ask, said } = asking([cache({ store })])
    expect(await ask('a', async () => 'new')).toBe('new')
    await settle()
    const told = said().flatMap((event) => {
      const { source, errorName } = event as { source?: string; errorName?: string }
      return source === undefined ? [] : [`${source.replace('cache.store.', '')} ${errorName}`]
    })
    expect(told).toEqual(faults)
    expect(JSON.stringify(said())).not.toContain('secret')
  })

  test('after the call has gone on, fails in silence', async () => {
    const late = Promise.withResolvers<never>()
    const store: CacheStore = { get: () => late.promise, set() {}, delete() {} }
    const { ask, clock, said } = asking([cache({ store, storeTimeoutMs: 100 })])
    const answer = ask('a', async () => 'new')
    await clock.advance(100)
    expect(await answer).toBe('new')
    const before = said().length
    late.reject(new Error('late'))
    await settle()
    expect(said()).toHaveLength(before)
  })

  test.each<[unknown]>([
    ['text'],
    [0],
    [null],
    [{}],
    [{ value: 1, storedAt: 'yesterday' }],
    [{ storedAt: Number.NaN }],
  ])('by giving %o, which is no answer of a cache: it is asked for', async (found) => {
    for (const get of [() => found, () => Promise.resolve(found)]) {
      const { ask } = asking([cache({ store: { get, set() {}, delete() {} } })])
      expect(await ask('a', async () => 'new')).toBe('new')
    }
  })
})

test('a store learns how long an answer is of use, and is not told of an end where there is none', async () => {
  const asked: unknown[][] = []
  const store: CacheStore = { get() {}, set: (...given: unknown[]) => asked.push(given), delete() {} }
  for (const options of [
    { ttlMs: 1000, staleIfErrorMs: 500 },
    { ttlMs: 1000, staleIfErrorMs: 500, staleWhileRevalidateMs: 2000 },
    { ttlMs: Infinity },
    { ttlMs: 0, staleIfErrorMs: 0 },
  ])
    await asking([cache({ store, ...options })]).ask('a', async () => 1)
  expect(asked.map(([, , ttlMs]) => ttlMs)).toEqual([1500, 3000, undefined])
  expect(asked[2]).toHaveLength(2)
})
