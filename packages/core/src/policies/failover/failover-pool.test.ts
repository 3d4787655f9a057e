import { describe, expect, test } from 'vitest'
import {
  createContextKey,
  failover,
  pipeline,
  type CallContext,
  type Endpoint,
  type FailoverOptions,
} from '../../index.ts'
import { recordEvents, seededRandom, VirtualClock } from '../../testing.ts'
import { caught } from '../../kernel/__fixtures__/ended.ts'
import { classifier, door, Judged, whereTo } from './__fixtures__/pool.ts'

const poolOf = (endpoints: readonly Endpoint[], options: Partial<FailoverOptions> = {}, inner = door(() => 0)) => {
  const clock = new VirtualClock()
  const calls = pipeline([failover({ endpoints, ...options }), inner], { clock, classifier, random: seededRandom(7) })
  return { clock, calls }
}
const failing =
  (kinds: Readonly<Record<string, ConstructorParameters<typeof Judged>[0]>>) =>
  async ({ endpoint }: CallContext): Promise<string | undefined> => {
    const judged = kinds[endpoint?.name ?? '']
    if (judged !== undefined) throw new Judged(judged)
    return endpoint?.name
  }

describe('failover, order', () => {
  test('weighted: each endpoint gets its share, and one of weight 0 only what no other can take', async () => {
    const endpoints = [{ name: 'a', weight: 3 }, { name: 'b' }, { name: 'drained', weight: 0 }]
    const { calls } = poolOf(endpoints, { order: 'weighted' })
    const counts: Record<string, number> = {}
    for (let i = 0; i < 2000; i++) {
      const name = (await calls.execute(whereTo)) as string
      counts[name] = (counts[name] ?? 0) + 1
    }
    expect(counts['a']).toBeGreaterThan(1400)
    expect(counts['a']).toBeLessThan(1600)
    expect(counts['drained']).toBeUndefined()
    const overloaded = { kind: 'overloaded' } as const
    expect(await calls.execute(failing({ a: overloaded, b: overloaded }))).toBe('drained')
  })

  test.each(['ranked', 'ordered', 'weighted'] as const)(
    '%s: a higher level is asked only when none of a lower one can take the call',
    async (order) => {
      let busy = ''
      const endpoints = [{ name: 'dear', level: 1 }, { name: 'a' }, { name: 'b' }]
      const { calls } = poolOf(
        endpoints,
        { order },
        door(({ endpoint }) => (busy.includes(endpoint?.name ?? '') ? 50 : 0)),
      )
      for (let i = 0; i < 20; i++) expect(await calls.execute(whereTo)).not.toBe('dear')
      busy = 'a b'
      expect(await calls.execute(whereTo)).toBe('dear')
    },
  )

  test('ranked: of a large pool two are asked, and the quicker one is taken', async () => {
    const endpoints = Array.from({ length: 40 }, (_, i) => ({ name: `${i}` }))
    let asked = 0
    const { clock, calls } = poolOf(
      endpoints,
      {},
      door(() => (asked++, 0)),
    )
    const counts: Record<string, number> = {}
    for (let i = 0; i < 400; i++) {
      const call = calls.execute(async (context) => {
        const name = context.endpoint?.name ?? ''
        counts[name] = (counts[name] ?? 0) + 1
        await context.sleep(name === '0' ? 60_000 : 1000)
      })
      await clock.advance(500)
      void call
    }
    expect(asked).toBe(800)
    expect(counts['0'] ?? 0).toBeLessThan(5)
    expect(Object.keys(counts).length).toBeGreaterThan(30)
  })

  test('of a large pool every endpoint is asked before a call waits', async () => {
    const endpoints = Array.from({ length: 40 }, (_, i) => ({ name: `${i}` }))
    const { calls } = poolOf(
      endpoints,
      {},
      door(({ endpoint }) => (endpoint?.name === '33' ? 0 : 1000)),
    )
    for (let i = 0; i < 20; i++) expect(await calls.execute(whereTo)).toBe('33')
  })

  test('sticky: like calls go where the last was answered, while that can take them', async () => {
    const conversation = createContextKey('conversation', '')
    let down = false
    const { calls } = poolOf([{ name: 'a' }, { name: 'b' }, { name: 'c' }], {
      order: 'weighted',
      stickyKey: (context) => context.get(conversation),
    })
    const ask = (key: string): Promise<unknown> =>
      calls.execute(
        async ({ endpoint }) => {
          if (down && endpoint?.name === first) throw new Judged({ kind: 'overloaded' })
          return endpoint?.name
        },
        { values: [[conversation, key]] },
      )
    const first = await ask('one')
    for (let i = 0; i < 20; i++) expect(await ask('one')).toBe(first)
    const others = new Set(await Promise.all(Array.from({ length: 50 }, (_, i) => ask(`other ${i}`))))
    expect(others.size).toBe(3)
    down = true
    const second = await ask('one')
    expect(second).not.toBe(first)
    down = false
    expect(await ask('one')).toBe(second)
  })
})

test('sticky: a call that moved stays where it went, in list order too', async () => {
  const conversation = createContextKey('conversation', '')
  const { calls } = poolOf([{ name: 'a' }, { name: 'b' }], {
    order: 'ordered',
    stickyKey: (context) => context.get(conversation),
  })
  const moved = failing({ a: { kind: 'overloaded' } })
  expect(await calls.execute(moved, { values: [[conversation, 'one']] })).toBe('b')
  expect(await calls.execute(whereTo, { values: [[conversation, 'one']] })).toBe('b')
  expect(await calls.execute(whereTo, { values: [[conversation, 'two']] })).toBe('a')
})

describe('failover, what may serve a call', () => {
  const endpoints = [
    { name: 'us', region: 'us', costPerCall: 2 },
    { name: 'eu', region: 'eu', costPerCall: 5 },
  ]

  test('an endpoint that is not equivalent is never asked, not even as the last', async () => {
    const clock = new VirtualClock()
    const calls = pipeline([failover({ endpoints, mayServe: ({ region }) => region === 'eu' })], { clock, classifier })
    expect(await calls.execute(whereTo)).toBe('eu')
    const error = await calls.execute(failing({ eu: { kind: 'overloaded' } })).catch(caught)
    expect(error).toMatchObject({ message: 'overloaded' })
  })

  test('where none may serve it the call is refused at once, and told why', async () => {
    const { calls } = poolOf(endpoints, { mayServe: () => false })
    expect(await calls.execute(whereTo).catch(caught)).toMatchObject({
      code: 'ERR_SPILLWAY_NO_ENDPOINT_READY',
      reason: 'not_allowed',
      message: 'failover: none of us, eu may serve the call. See mayServe and maxCost.',
    })
  })

  test('a rule that throws lets nothing through, and is told', async () => {
    const { calls } = poolOf(endpoints, {
      mayServe({ name }) {
        if (name === 'us') throw new RangeError('no rule for it')
        return true
      },
    })
    const recording = recordEvents(calls)
    expect(await calls.execute(whereTo)).toBe('eu')
    expect(recording.events.find(({ type }) => type === 'diagnostic.reported')).toMatchObject({
      source: 'failover.mayServe',
      errorName: 'RangeError',
    })
  })

  test('what costs more than the ceiling is not asked, of the pool or of one call', async () => {
    const overloaded = failing({ us: { kind: 'overloaded' } })
    expect(await poolOf(endpoints, { maxCost: 4 }).calls.execute(overloaded).catch(caught)).toBeInstanceOf(Judged)
    const budget = createContextKey('budget', 10)
    const { calls } = poolOf(endpoints, { maxCost: (context) => context.get(budget) })
    expect(await calls.execute(overloaded)).toBe('eu')
    expect(await calls.execute(overloaded, { values: [[budget, 3]] }).catch(caught)).toBeInstanceOf(Judged)
  })
})

describe('failover, what is blamed on a key, a project or a model', () => {
  const endpoints = [
    { name: 'key 1', keyId: '1', project: 'p' },
    { name: 'key 2', keyId: '2', project: 'p' },
    { name: 'other', keyId: '3', project: 'q' },
  ]

  test('a project’s quota is not tried with the project’s other keys, by this call or the next, until the hint', async () => {
    const { clock, calls } = poolOf(endpoints, { order: 'ordered' })
    const asked: (string | undefined)[] = []
    const operation = async (context: CallContext): Promise<unknown> => {
      asked.push(context.endpoint?.name)
      if (clock.now() < 5000 && context.endpoint?.project === 'p')
        throw new Judged({ kind: 'quota_exhausted', scope: 'project', retryAfterMs: 5000 })
      return context.endpoint?.name
    }
    expect(await calls.execute(operation)).toBe('other')
    expect(await calls.execute(operation)).toBe('other')
    expect(asked).toEqual(['key 1', 'other', 'other'])
    await clock.advance(5000)
    expect(await calls.execute(operation)).toBe('key 1')
  })

  test('a quota that is spent until nobody knows when is tried by one of the keys that share it', async () => {
    const { clock, calls } = poolOf(endpoints, { order: 'ordered' })
    const asked: (string | undefined)[] = []
    const spent = async (context: CallContext): Promise<unknown> => {
      asked.push(context.endpoint?.name)
      if (context.endpoint?.project === 'p') throw new Judged({ kind: 'quota_exhausted', scope: 'project' })
      return context.endpoint?.name
    }
    for (let n = 0; n < 3; n++) expect(await calls.execute(spent)).toBe('other')
    expect(asked).toEqual(['key 1', 'other', 'key 1', 'other', 'key 1', 'other'])
    await clock.advance(60_000)
    const elsewhere = failing({ 'key 1': { kind: 'transient' } })
    expect(await calls.execute(elsewhere)).toBe('key 2')
  })

  test('a key’s limit spares the project’s other keys', async () => {
    const { calls } = poolOf(endpoints, { order: 'ordered' })
    const throttled = failing({ 'key 1': { kind: 'throttled', scope: 'key', retryAfterMs: 5000 } })
    expect(await calls.execute(throttled)).toBe('key 2')
  })

  test('without a word for it each endpoint stands for itself', async () => {
    const { calls } = poolOf([{ name: 'a' }, { name: 'b' }], { order: 'ordered' })
    expect(await calls.execute(failing({ a: { kind: 'throttled', scope: 'project', retryAfterMs: 5000 } }))).toBe('b')
  })

  test('where all share it the call waits for the hint, and is refused where that is after its deadline', async () => {
    const { clock, calls } = poolOf(endpoints.slice(0, 2))
    const spent = failing({ 'key 1': { kind: 'throttled', scope: 'project', retryAfterMs: 5000 } })
    expect(await calls.execute(spent).catch(caught)).toBeInstanceOf(Judged)
    const answer = calls.execute(async () => clock.now())
    await clock.advance(5000)
    expect(await answer).toBe(5000)
  })
})
