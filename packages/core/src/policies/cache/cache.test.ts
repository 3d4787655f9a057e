import { describe, expect, test } from 'vitest'
import { cache, cacheKey, InvalidOptionsError, memoryCacheStore, pipeline, type Policy } from '../../index.ts'
import { recordEvents, scriptedOperation, settle } from '../../testing.ts'
import { asking } from './__fixtures__/asking.ts'

describe('an answer', () => {
  test('is given again by identity while it is fresh, and asked for again afterwards', async () => {
    const { ask, clock, said } = asking([cache({ ttlMs: 1000, staleIfErrorMs: 0 })])
    const values = [{ picture: 1 }, { picture: 2 }]
    const operation = scriptedOperation(values.map((value) => ({ value })))
    const first = ask('a', operation)
    await clock.advance(999)
    const second = ask('a', operation)
    await settle()
    await clock.advance(1)
    const third = ask('a', operation)
    await clock.run()
    expect(await first).toBe(values[0])
    expect(await second).toBe(values[0])
    expect(await third).toBe(values[1])
    expect(said()).toEqual([
      { type: 'cache.missed', at: 0, callId: 1 },
      { type: 'cache.stored', at: 0, callId: 1 },
      { type: 'cache.hit', at: 999, callId: 2, ageMs: 999, stale: false },
      { type: 'cache.missed', at: 1000, callId: 3 },
      { type: 'cache.stored', at: 1000, callId: 3 },
    ])
    expect(clock.pending).toBe(0)
  })

  test('belongs to its key', async () => {
    const { ask } = asking([cache()])
    const name = (text: string) => async (): Promise<string> => text
    expect([await ask('a', name('one')), await ask('b', name('two')), await ask('a', name('three'))]).toEqual([
      'one',
      'two',
      'one',
    ])
  })

  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['false', false],
    ['an empty text', ''],
  ])('may be %s', async (_, value) => {
    const { ask, clock } = asking([cache()])
    const operation = scriptedOperation([{ value }, { value: 'another' }])
    const first = ask('a', operation)
    await clock.run()
    expect([await first, await ask('a', operation), operation.runs]).toEqual([value, value, 1])
  })

  test('is kept by default in a bounded store on the clock of the pipeline', async () => {
    const { ask, clock } = asking([cache({ ttlMs: 60_000 })])
    let runs = 0
    const count = async (): Promise<number> => ++runs
    for (let i = 0; i < 1001; i++) await ask(`key ${i}`, count)
    await ask('key 1000', count)
    expect(runs).toBe(1001)
    await ask('key 0', count)
    expect(runs).toBe(1002)
    await clock.advance(60_000)
    await ask('key 1000', count)
    expect(runs).toBe(1003)
  })

  test('that is empty is shared and not stored', async () => {
    const { ask, clock } = asking([cache()])
    const operation = scriptedOperation<unknown>([{ value: 0, afterMs: 10 }, { value: 'a picture' }])
    const answers = [ask('a', operation), ask('a', operation)]
    await clock.run()
    expect(await Promise.all(answers)).toEqual([0, 0])
    const later = ask('a', operation)
    await clock.run()
    expect(await later).toBe('a picture')
  })

  // trap: wall-clock-jumps
  test('stays fresh when the wall clock jumps back', async () => {
    const { ask, clock, said } = asking([cache({ ttlMs: 1000 })])
    const wallTime = clock.wallTime.bind(clock)
    const operation = scriptedOperation([{ value: 1 }, { value: 2 }])
    const first = ask('a', operation)
    await clock.run()
    clock.wallTime = () => wallTime() - 3_600_000
    expect([await first, await ask('a', operation)]).toEqual([1, 1])
    expect(said().at(-1)).toMatchObject({ type: 'cache.hit', ageMs: 0 })
  })

  test('is remembered by two pipelines that share a store', async () => {
    const store = memoryCacheStore()
    const [one, other] = [asking([cache({ store })]), asking([cache({ store })])]
    await one.ask('a', async () => 'answer')
    expect(await other.ask('a', () => expect.unreachable())).toBe('answer')
  })
})

describe('a key', () => {
  // trap: only-successes-are-stored
  test('comes from a function of the user, which decides alone', async () => {
    const keys = ['x', 'x', undefined]
    const { ask } = asking([cache({ key: () => keys.shift() })])
    let runs = 0
    const count = async (): Promise<number> => ++runs
    expect([await ask('a', count), await ask('b', count), await ask('b', count)]).toEqual([1, 1, 2])
  })

  test.each<[string, () => unknown, string]>([
    [
      'throws',
      () => {
        throw new RangeError('secret prompt')
      },
      'RangeError',
    ],
    ['gives something else', () => ({ prompt: 'secret prompt' }), 'TypeError'],
  ])('that a function of the user %s: the call goes on without the cache, and an event tells', async (_, key, name) => {
    const { ask, said } = asking([cache({ key: key as never })])
    let runs = 0
    const count = async (): Promise<number> => ++runs
    expect([await ask('a', count), await ask('a', count)]).toEqual([1, 2])
    expect(said()).toMatchObject([{ type: 'diagnostic.reported', source: 'cache.key', errorName: name }, {}])
    expect(JSON.stringify(said())).not.toContain('secret')
  })

  // trap: only-successes-are-stored
  test('stays out of events, where it has the same name each time and in no other cache', async () => {
    const names = new Set<unknown>()
    for (let i = 0; i < 2; i++) {
      const { ask, recording } = asking([cache()])
      await ask('secret prompt', async () => 1)
      await ask('secret prompt', async () => 1)
      const said = recording.events.filter(({ type }) => type.startsWith('cache.'))
      expect(said).toHaveLength(3)
      expect(JSON.stringify(recording.events)).not.toContain('secret')
      const named = new Set(said.map((event) => 'keyHash' in event && event.keyHash))
      expect(named.size).toBe(1)
      for (const name of named) names.add(name)
      expect([...named][0]).toMatch(/^[0-9a-f]{14}$/)
      await ask('another', async () => 1)
      expect(new Set(recording.events.map((event) => 'keyHash' in event && event.keyHash)).size).toBe(3)
    }
    expect(names.size).toBe(2)
  })
})

describe('forgetting', () => {
  test('makes the next call ask again', async () => {
    const answers = cache()
    const { ask, clock } = asking([answers])
    const operation = scriptedOperation([{ value: 1 }, { value: 2 }])
    const first = ask('a', operation)
    await clock.run()
    await answers.forget('a')
    await answers.forget('unknown')
    const second = ask('a', operation)
    await clock.run()
    expect([await first, await second]).toEqual([1, 2])
  })

  test('holds for an answer on its way: those who wait get it, nobody else does', async () => {
    const answers = cache()
    const { ask, clock } = asking([answers])
    const operation = scriptedOperation([
      { value: 'old', afterMs: 100 },
      { value: 'new', afterMs: 200 },
    ])
    const first = ask('a', operation)
    await clock.advance(50)
    await answers.forget('a')
    const second = ask('a', operation)
    await clock.advance(100)
    const third = ask('a', operation)
    await clock.run()
    expect([await first, await second, await third, await ask('a', operation)]).toEqual(['old', 'new', 'new', 'new'])
    expect(operation.runs).toBe(2)
  })

  test('holds after the answer on its way has come', async () => {
    const answers = cache()
    const { ask, clock } = asking([answers])
    const operation = scriptedOperation([
      { value: 'old', afterMs: 100 },
      { value: 'new', afterMs: 100 },
    ])
    const first = ask('a', operation)
    await clock.advance(50)
    await answers.forget('a')
    await clock.run()
    const second = ask('a', operation)
    await clock.run()
    expect([await first, await second]).toEqual(['old', 'new'])
  })

  test('fails with the error of the store', async () => {
    const failed = new Error('no connection')
    const answers = cache({ store: { get() {}, set() {}, delete: () => Promise.reject(failed) } })
    await expect(answers.forget('a')).rejects.toBe(failed)
  })
})

test('a policy inside that rejects ends all who wait', async () => {
  const broken: Policy = { name: 'broken', execute: () => Promise.reject(new Error('broken policy')) }
  const { ask, calls } = asking([cache(), broken])
  const answers = await Promise.all([ask('a', async () => 1), ask('a', async () => 1)])
  expect(answers).toMatchObject([{ message: 'broken policy' }, { message: 'broken policy' }])
  expect(calls.state()).toMatchObject({ inFlight: 0, policies: [{ state: { inFlight: 0 } }, {}] })
})

test('a listener that ends the call in the middle leaves nothing behind', async () => {
  const caller = new AbortController()
  const calls = pipeline([cache({ key: () => 'a' })])
  const recording = recordEvents(calls)
  calls.events.subscribe(({ type }) => {
    if (type === 'cache.missed') caller.abort('enough')
  })
  const operation = scriptedOperation([{ value: 1 }])
  await expect(calls.execute(operation, { signal: caller.signal })).rejects.toBe('enough')
  await settle()
  expect([operation.runs, calls.state().inFlight]).toEqual([0, 0])
  expect(recording.timeline('call.completed')).toHaveLength(1)
  expect(calls.state()).toMatchObject({
    policies: [{ state: { inFlight: 0, storing: 0, waiting: 0, revalidating: 0 } }],
  })
})

test('what it knows and what it was made with is plain data', async () => {
  const calls = pipeline([cache()])
  expect(calls.describe()).toEqual([
    {
      name: 'cache',
      options: {
        name: 'cache',
        ttlMs: 300_000,
        staleWhileRevalidateMs: 0,
        staleIfErrorMs: 3_600_000,
        storeTimeoutMs: 1000,
        leaseMs: 10_000,
      },
    },
  ])
  const caller = new AbortController()
  const options = { values: [[cacheKey, 'a']], signal: caller.signal } as const
  const answers = [1, 2].map(() => calls.execute(() => new Promise(() => {}), options).catch(() => 'ended'))
  expect(calls.state().policies[0]?.state).toEqual({ inFlight: 1, storing: 0, waiting: 2, revalidating: 0 })
  caller.abort()
  await Promise.all(answers)
})

describe('what is wrong with an option is said when the policy is made', () => {
  test.each<[unknown, string]>([
    [{ ttlMs: -1 }, 'cache.ttlMs must be a number of at least 0 or Infinity, got -1.'],
    [{ ttlMs: Number.NaN }, 'cache.ttlMs'],
    [{ ttlMs: '5m' }, 'cache.ttlMs'],
    [{ staleWhileRevalidateMs: -1 }, 'cache.staleWhileRevalidateMs'],
    [{ staleIfErrorMs: Number.NaN }, 'cache.staleIfErrorMs'],
    [{ storeTimeoutMs: 0 }, 'cache.storeTimeoutMs'],
    [{ storeTimeoutMs: Infinity }, 'cache.storeTimeoutMs'],
    [{ key: 'prompt' }, 'cache.key must be a function'],
    [{ store: {} }, 'cache.store must be a store: an object with get(), set() and delete()'],
    [{ store: null }, 'cache.store'],
    [{ ttl: 5 }, 'cache.ttl'],
    [null, 'cache must be an object'],
  ])('%o', (options, message) => {
    expect(() => cache(options as never)).toThrow(InvalidOptionsError)
    expect(() => cache(options as never)).toThrow(message)
  })
})
