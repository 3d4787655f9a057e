import { describe, expect, test } from 'vitest'
import {
  memorySharedQuotaStore,
  pipeline,
  rateLimit,
  type RateLimitOptions,
  type SharedAnswer,
  type SharedQuota,
  type SharedQuotaStore,
} from '../../index.ts'
import { settle, VirtualClock } from '../../testing.ts'
import { caught } from '../../kernel/__fixtures__/ended.ts'

const MINUTE = 60_000
const quotas = [{ permits: 10, periodMs: MINUTE }]

/** A store whose answers the test gives, and which says what it was told. */
const scripted = (answers: (SharedAnswer | 'fails' | 'hangs')[], share = 0.25) => {
  const told: string[] = []
  const quota: SharedQuota = {
    share,
    take(costs) {
      told.push(`take ${costs['requests']}`)
      const answer = answers.length > 1 ? answers.shift() : answers[0]
      if (answer === 'hangs') return new Promise(() => {})
      return answer === 'fails' || answer === undefined
        ? Promise.reject(new Error('no store'))
        : Promise.resolve(answer)
    },
    spent(costs) {
      told.push(`spent ${costs['requests']}`)
      return { costs }
    },
    settle: (_, used) => void told.push(`settle ${used['requests']}`),
    end: () => void told.push('end'),
    pause: (ms) => void told.push(`pause ${ms}`),
    dispose: () => void told.push('dispose'),
  }
  const store: SharedQuotaStore = { open: () => quota }
  return { store, told }
}

const granted: SharedAnswer = { kind: 'granted', grant: { costs: { requests: 1 } } }

/** An operation that is over at once, and when it ran. */
const counted = (clock: VirtualClock, end: () => unknown = () => 1) => {
  const started: number[] = []
  const operation = async (): Promise<unknown> => {
    started.push(clock.now())
    return end()
  }
  return { operation, startedAt: () => started }
}

const setup = (options: RateLimitOptions) => {
  const clock = new VirtualClock()
  const calls = pipeline([rateLimit({ quotas, ...options })], { clock, random: () => 0.5 })
  const events: string[] = []
  calls.events.subscribe(({ type }) => events.push(type))
  const { operation, startedAt } = counted(clock)
  return { clock, calls, events, operation, startedAt }
}

describe('rateLimit with a store', () => {
  test('two pipelines together keep to one quota, and each call goes as soon as it may', async () => {
    const clock = new VirtualClock()
    const store = memorySharedQuotaStore({ clock })
    const { operation, startedAt } = counted(clock)
    for (const name of ['a', 'b']) {
      const calls = pipeline([rateLimit({ quotas, store })], { clock, name })
      for (let i = 0; i < 15; i++) void calls.execute(operation)
    }
    await clock.advance(3 * MINUTE)
    const at = startedAt().map((ms) => Math.round(ms / MINUTE))
    expect(at).toEqual([...Array(10).fill(0), ...Array(10).fill(1), ...Array(10).fill(2)])
    expect(clock.pending).toBe(0)
  })

  test('what was never sent goes back, and what was used beyond the estimate is owed', async () => {
    const clock = new VirtualClock()
    const store = memorySharedQuotaStore({ clock })
    const tokens = { quotas: [{ unit: 'tokens', permits: 100, periodMs: MINUTE }], cost: () => ({ tokens: 50 }), store }
    const own = pipeline([rateLimit(tokens), { name: 'shut', enter: () => refusal, leave() {} }], { clock })
    for (let i = 0; i < 5; i++) expect(await own.execute(async () => 1).catch(caught)).toBe(refusal)
    const other = pipeline([rateLimit({ ...tokens, actualCost: () => ({ tokens: 250 }) })], { clock })
    const { operation, startedAt } = counted(clock)
    void other.execute(operation)
    await settle()
    void other.execute(operation)
    await clock.advance(5 * MINUTE)
    expect(startedAt()).toEqual([0, 2 * MINUTE])
  })

  test('a pause that the provider asked of one is everybody’s', async () => {
    const clock = new VirtualClock()
    const store = memorySharedQuotaStore({ clock })
    const limited = (): ReturnType<typeof pipeline> => pipeline([rateLimit({ quotas, store })], { clock })
    const throttled = { ...refusal, verdict: { kind: 'throttled' as const, retryAfterMs: 5000 } }
    expect(
      await limited()
        .execute(() => Promise.reject(throttled))
        .catch(caught),
    ).toBe(throttled)
    await clock.advance(1)
    const other = limited()
    const pauses: number[] = []
    other.events.subscribe((event) => event.type === 'rate_limit.paused' && pauses.push(event.pauseMs))
    const { operation, startedAt } = counted(clock)
    void other.execute(operation)
    await clock.advance(20_000)
    expect(startedAt()[0]).toBeGreaterThanOrEqual(5000)
    expect(startedAt()[0]).toBeLessThanOrEqual(6001)
    expect(pauses).toEqual([4999])
  })

  test('asks one thing at a time, and nothing while it was told to wait', async () => {
    const { store, told } = scripted([{ kind: 'wait', readyInMs: 1000 }, granted])
    const { clock, calls, operation, startedAt } = setup({ store })
    for (let i = 0; i < 3; i++) void calls.execute(operation)
    await clock.advance(999)
    for (let i = 0; i < 3; i++) void calls.execute(operation)
    await settle()
    expect([told, startedAt()]).toEqual([['take 1'], []])
    await clock.advance(1)
    expect([told.length, startedAt()]).toEqual([7, Array(6).fill(1000)])
  })

  test('a permit that nobody wants any more goes back', async () => {
    const { store, told } = scripted([granted])
    const { calls, operation, startedAt } = setup({ store })
    const end = new AbortController()
    const answer = calls.execute(operation, { signal: end.signal }).catch(caught)
    end.abort(new Error('enough'))
    await answer
    await settle()
    expect([told, startedAt()]).toEqual([['take 1', 'settle 0'], []])
  })

  test('who cannot wait is told at once, with the wait that the store knows', async () => {
    const { store } = scripted([{ kind: 'wait', readyInMs: 5000 }])
    const { calls, operation } = setup({ store, maxWaitMs: 3000 })
    const error = await calls.execute(operation).catch(caught)
    expect(error).toMatchObject({ reason: 'waited_too_long', retryAfterMs: 5000 })
  })

  test('the bound of the line holds for those who wait, not for those who are about to hear', async () => {
    const free = setup({ store: scripted([granted]).store, queueLimit: 0 })
    const together = [1, 2, 3].map(() => free.calls.execute(free.operation))
    expect(await Promise.all(together)).toEqual([1, 1, 1])
    const full = setup({ store: scripted([{ kind: 'wait', readyInMs: 700 }]).store, queueLimit: 1 })
    const waiting = [1, 2, 3].map(() => full.calls.execute(full.operation).catch(caught))
    await settle()
    expect(await Promise.all(waiting.slice(1))).toMatchObject([
      { reason: 'queue_full', retryAfterMs: 700 },
      { reason: 'queue_full', retryAfterMs: 700 },
    ])
  })
})

describe('a store that cannot be asked', () => {
  test.for(['fails', 'hangs'] as const)(
    'and %s: the process spends its share evenly, says so, and tells of it',
    async (fault) => {
      const { store, told } = scripted([fault])
      const { clock, calls, operation, events, startedAt } = setup({ store })
      for (let i = 0; i < 4; i++) void calls.execute(operation)
      await clock.advance(3 * MINUTE)
      // 2.5 a minute: one each 24 s, the first after a time of chance.
      const [first = 0, ...rest] = startedAt()
      expect(first).toBeGreaterThanOrEqual(12_000)
      expect(rest.length).toBe(3)
      for (const [i, at] of rest.entries()) expect(at - (startedAt()[i] ?? 0)).toBeGreaterThanOrEqual(23_900)
      expect(events.filter((type) => type.startsWith('rate_limit'))).toEqual(['rate_limit.degraded'])
      expect(told.filter((each) => each === 'spent 1')).toHaveLength(4)
    },
  )

  test('and is back: it is asked again, and said so', async () => {
    const { store } = scripted(['fails', { kind: 'alone' }, granted])
    const { clock, calls, operation, events, startedAt } = setup({ store })
    for (let i = 0; i < 3; i++) void calls.execute(operation)
    await clock.advance(2 * MINUTE)
    expect(startedAt()).toHaveLength(3)
    expect(events.filter((type) => type.startsWith('rate_limit'))).toEqual([
      'rate_limit.degraded',
      'rate_limit.recovered',
    ])
  })

  test.for([
    { maxConcurrency: 8, most: 2 },
    { maxConcurrency: 7, most: 1 },
    { maxConcurrency: 2, most: 1 },
  ])(
    'and its share of $maxConcurrency places is $most, told when each begins and ends',
    async ({ maxConcurrency, most }) => {
      const { store, told } = scripted(['fails'])
      const { clock, calls } = setup({ store, quotas: [{ maxConcurrency }] })
      let [running, seen] = [0, 0]
      const ends = [1, 2, 3, 4].map(() =>
        calls.execute(async (context) => {
          seen = Math.max(seen, ++running)
          await context.sleep(1000)
          running--
        }),
      )
      await clock.run()
      await Promise.all(ends)
      expect([seen, clock.pending]).toEqual([most, 0])
      expect(told.filter((each) => each === 'spent undefined' || each === 'end')).toHaveLength(8)
    },
  )

  test('and leaves no share: calls are refused at once, and go again when it is back', async () => {
    const { store } = scripted(['fails', 'fails', granted], 0)
    const { calls, operation } = setup({ store })
    const refused = [1, 2].map(() => calls.execute(operation).catch(caught))
    for (const error of await Promise.all(refused))
      expect(error).toMatchObject({
        code: 'ERR_SPILLWAY_RATE_LIMIT_EXCEEDED',
        reason: 'store_unavailable',
        verdict: { kind: 'rejected' },
        message: expect.stringContaining('the store of the shared quotas cannot be asked'),
      })
    expect(await calls.execute(operation).catch(caught)).toMatchObject({ reason: 'store_unavailable' })
    expect(await calls.execute(operation)).toBe(1)
  })

  test('and answers too late: the permit goes back', async () => {
    const late = Promise.withResolvers<SharedAnswer>()
    const { store, told } = scripted(['fails'], 1)
    const quota = store.open('', [])
    const slow: SharedQuotaStore = { open: () => ({ ...quota, take: () => late.promise }) }
    const { clock, calls, operation, startedAt } = setup({ store: slow })
    void calls.execute(operation)
    await clock.advance(10_000)
    expect(startedAt()).toHaveLength(1)
    late.resolve(granted)
    await settle()
    // It was asked twice: at first, and when the share allowed a permit.
    expect(told).toEqual(['spent 1', 'settle 0', 'settle 0'])
  })
})

test('a disposed pipeline lets the store go', async () => {
  const { store, told } = scripted([{ kind: 'wait', readyInMs: 5000 }])
  const { calls, operation, clock } = setup({ store })
  const waiting = calls.execute(operation).catch(caught)
  await settle()
  calls.dispose()
  expect(await waiting).toMatchObject({ reason: 'disposed' })
  expect([told, clock.pending]).toEqual([['take 1', 'dispose'], 0])
})

test('what is no store is refused', () => {
  expect(() => rateLimit({ store: {} as never })).toThrow('rateLimit.store')
})

const refusal = {
  name: 'ShutError',
  message: 'shut',
  isSpillwayError: true as const,
  code: 'ERR_SHUT',
  verdict: { kind: 'rejected' as const, sent: false, billed: 'no' as const },
}
