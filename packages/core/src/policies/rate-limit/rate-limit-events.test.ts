import { describe, expect, test } from 'vitest'
import {
  createContextKey,
  InvalidOptionsError,
  pipeline,
  rateLimit,
  type Gate,
  type RateLimitOptions,
} from '../../index.ts'
import { caught } from '../../kernel/__fixtures__/ended.ts'
import { recordEvents, scriptedOperation, settle, VirtualClock } from '../../testing.ts'

const tenant = createContextKey('tenant', '')

const setup = (options: RateLimitOptions = {}, inner: readonly Gate[] = []) => {
  const clock = new VirtualClock()
  const gate = rateLimit(options)
  const calls = pipeline([gate, ...inner], { clock })
  const { events } = recordEvents(calls)
  const told = () => events.filter(({ type }) => type.startsWith('rate_limit.'))
  const throttle = (retryAfterMs?: number): Promise<unknown> => {
    const verdict = { kind: 'throttled' as const, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
    return calls.execute(() => Promise.reject(new Error('429')), { classifier: { error: () => verdict } }).catch(caught)
  }
  return { clock, gate, calls, events, told, throttle }
}

const about = { pipeline: 'pipeline', policy: 'rateLimit', partition: '' }

describe('rateLimit tells', () => {
  test('each refusal, with the wait where it is known', async () => {
    const { calls, told } = setup({ quotas: [{ permits: 1, periodMs: 1000 }], queueLimit: 1 })
    for (let i = 0; i < 3; i++) void calls.execute(scriptedOperation([{ value: 1 }])).catch(caught)
    await settle()
    expect(told()).toStrictEqual([
      { ...about, type: 'rate_limit.rejected', at: 0, callId: 3, attempt: 0, reason: 'queue_full' },
    ])
    const { calls: none, told: toldNone } = setup({ quotas: [{ permits: 1, periodMs: 1000 }], queueLimit: 0 })
    for (let i = 0; i < 2; i++) void none.execute(scriptedOperation([{ value: 1 }])).catch(caught)
    await settle()
    expect(toldNone()).toMatchObject([{ callId: 2, retryAfterMs: 1000 }])
  })

  test('nothing of a call that leaves the line', async () => {
    const { calls, told } = setup({ quotas: [{ permits: 1, periodMs: 1000 }] })
    await calls.execute(async () => 1)
    const caller = new AbortController()
    const left = calls.execute(async () => 2, { signal: caller.signal }).catch(caught)
    caller.abort('gone')
    expect([await left, told()]).toEqual(['gone', []])
  })

  test('a pause once, and again only when it becomes longer', async () => {
    const { throttle, told } = setup()
    await throttle(5000)
    expect(told()).toStrictEqual([{ ...about, type: 'rate_limit.paused', at: 0, callId: 1, attempt: 1, pauseMs: 5000 }])
    const { throttle: together, told: toldTogether } = setup()
    await Promise.all([together(8000), together(1000), together(), together(9000)])
    expect(toldTogether()).toMatchObject([{ pauseMs: 8000 }, { pauseMs: 9000 }])
  })

  test('a limit when it is learned, and not when it is confirmed', async () => {
    const { clock, calls, throttle, told } = setup()
    const learned = () => told().filter(({ type }) => type === 'rate_limit.learned')
    for (let i = 0; i < 4; i++) await calls.execute(async () => i)
    await Promise.all([throttle(60_000), throttle(60_000)])
    expect(learned()).toMatchObject([
      { ...about, permits: 5 },
      { ...about, permits: 4 },
    ])
    await clock.advance(120_000)
    for (let i = 0; i < 3; i++) await calls.execute(async () => i)
    await throttle(60_000)
    expect(learned()).toHaveLength(2)
  })
})

test('rateLimit lets nobody wait for a hint of another kind of failure', async () => {
  const { calls, gate, told } = setup()
  const classifier = { error: () => ({ kind: 'overloaded' as const, retryAfterMs: 5000 }) }
  await calls.execute(() => Promise.reject(new Error('503')), { classifier }).catch(caught)
  expect([told(), gate.snapshot?.()]).toMatchObject([[], { partitions: { '': { pausedUntil: 0 } } }])
})

test('those who waited for a pause go one after the other', async () => {
  const { clock, calls, throttle } = setup()
  await throttle(5000)
  const operation = scriptedOperation([{ value: 1 }])
  for (let i = 0; i < 10; i++) void calls.execute(operation)
  await clock.run()
  expect(new Set(operation.started.map(({ at }) => at)).size).toBe(10)
})

test('a line beside a calendar sees within a minute that the wall clock was set', async () => {
  const { clock, calls } = setup({ quotas: [{ permits: 1, per: 'day', resetAt: { hour: 0, timeZone: 'UTC' } }] })
  let setMs = 0
  clock.wallTime = () => Date.UTC(2026, 0, 1, 12) + clock.now() + setMs
  const operation = scriptedOperation([{ value: 1 }])
  for (let i = 0; i < 2; i++) void calls.execute(operation)
  await clock.advance(90_000)
  setMs = 12 * 3_600_000
  await clock.advance(60_000)
  expect(operation.started.map(({ at }) => at)).toEqual([0, 120_000])
})

test('what the provider says is used stands, whatever it says afterwards, and nothing of it is a mistake', async () => {
  const { calls, events } = setup({ quotas: [{ unit: 'tokens', permits: 10, periodMs: 1000 }, { permits: 9 }] })
  await calls.execute(async (context) => {
    context.providerSaid({ usage: { tokens: 10 } })
    context.providerSaid({ limits: [] })
    context.providerSaid({})
  })
  const verdict = { kind: 'throttled' as const, retryAfterMs: 1000 }
  await calls.execute(() => Promise.reject(new Error('429')), { classifier: { error: () => verdict } }).catch(caught)
  expect(events.filter(({ type }) => type === 'diagnostic.reported')).toEqual([])
  const tokens = calls.state().policies[0]?.state
  expect(tokens).toMatchObject({ partitions: { '': { limits: [{ unit: 'tokens', used: 10 }, { used: 2 }] } } })
})

describe('a call that is refused further in', () => {
  test('lets the next go at once who waits for its permit', async () => {
    const inner: Gate = {
      name: 'inner',
      enter: async ({ call }) => {
        await settle()
        return call.id === 1
          ? Object.assign(new Error('no'), {
              isSpillwayError: true as const,
              code: 'ERR_TEST',
              verdict: { kind: 'rejected' as const },
            })
          : undefined
      },
      leave() {},
    }
    const { calls } = setup({ quotas: [{ permits: 1, periodMs: 1000 }] }, [inner])
    const first = calls.execute(async () => 1).catch(caught)
    const second = calls.execute(async () => 'second')
    expect([await first, await second]).toMatchObject([{ message: 'no' }, 'second'])
  })
})

describe('whoever asks rateLimit when it would admit', () => {
  const ask = (gate: Gate, clock: VirtualClock): Promise<unknown> =>
    pipeline([], { clock }).execute(async (context) => gate.readyInMs?.(context))

  test('leaves no trace, and is told when a permit is due', async () => {
    const { clock, gate, calls } = setup({ quotas: [{ permits: 1, periodMs: 1000 }] })
    expect([await ask(gate, clock), gate.snapshot?.()]).toEqual([0, { partitions: {} }])
    await calls.execute(async () => 1)
    await clock.advance(400)
    expect(await ask(gate, clock)).toBe(600)
  })
})

describe('rateLimit', () => {
  test('says what it is, and what each partition has used', async () => {
    const { gate, calls } = setup({ name: 'quota', partitionKey: (context) => context.get(tenant), learn: false })
    await calls.execute(async () => 1, { values: [[tenant, 'acme']] })
    expect([gate.name, gate.kind, gate.options]).toMatchObject(['quota', 'rateLimit', { name: 'quota', learn: false }])
    expect(gate.snapshot?.()).toEqual({
      partitions: { acme: { waiting: 0, readyInMs: 0, pausedUntil: 0, learnedLimit: undefined, limits: [] } },
    })
  })

  test.each([
    [{ queueLimit: 0.5 }, 'rateLimit.queueLimit must be an integer of at least 0 or Infinity, got 0.5.'],
    [{ queueLimit: -1 }, 'rateLimit.queueLimit must be an integer of at least 0 or Infinity, got -1.'],
    [{ maxWaitMs: NaN }, 'rateLimit.maxWaitMs must be a number of at least 0 or Infinity, got NaN.'],
    [{ order: 'lifo' }, "rateLimit.order must be one of fifo, priority, deadline, got 'lifo'."],
    [{ partitionKey: 'endpoint' }, "rateLimit.partitionKey must be a function, got 'endpoint'."],
    [{ maxPartitions: 1.5 }, 'rateLimit.maxPartitions must be an integer of at least 1, got 1.5.'],
    [{ quotas: [{ permits: 1, unit: 5 }] }, 'rateLimit.quotas[0].unit must be a word, got 5.'],
    [
      { quotas: [{ permits: 1, per: 'day', resetAt: { hour: 1.5, timeZone: 'UTC' } }] },
      'rateLimit.quotas[0].resetAt.hour must be an integer from 0 to 23, got 1.5.',
    ],
    [
      { quotas: [{ permits: 1, per: 'day', resetAt: { hour: 0, timeZone: 5 } }] },
      'rateLimit.quotas[0].resetAt.timeZone must be an IANA time zone, such as America/Los_Angeles, got 5.',
    ],
    [
      { quotas: [{ permits: 1, per: 'day', resetAt: { hour: 0, zone: 'UTC' } }] },
      'rateLimit.quotas[0].resetAt.zone must be one of hour, timeZone',
    ],
  ])('refuses %o before any work', (options, message) => {
    expect(() => rateLimit(options as never)).toThrow(InvalidOptionsError)
    expect(() => rateLimit(options as never)).toThrow(message)
  })

  test.each([
    ['nothing waits for a seat that is Infinity', { queueLimit: Infinity, maxWaitMs: Infinity }],
    ['hour 23 is an hour', { quotas: [{ permits: 1, per: 'day', resetAt: { hour: 23, timeZone: 'UTC' } }] }],
    ['a quota per second', { quotas: [{ permits: 0.5, per: 'second' }] }],
  ])('takes what is at the boundary: %s', (_, options) => {
    expect(() => rateLimit(options as never)).not.toThrow()
  })
})
