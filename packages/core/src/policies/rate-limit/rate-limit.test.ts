import { describe, expect, test } from 'vitest'
import { createContextKey, pipeline, rateLimit, timeout, type Gate, type RateLimitOptions } from '../../index.ts'
import { recordEvents, scriptedOperation, settle, VirtualClock } from '../../testing.ts'
import { caught } from '../../kernel/__fixtures__/ended.ts'

const throttled = (retryAfterMs?: number) => ({
  error: () => ({ kind: 'throttled' as const, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }),
})
const tokens = createContextKey('tokens', 1)
const tenant = createContextKey('tenant', '')

const setup = (options: RateLimitOptions, inner: readonly Gate[] = []) => {
  const clock = new VirtualClock()
  const calls = pipeline([timeout({ totalMs: 180_000 }), rateLimit(options), ...inner], { clock })
  const waiting = (partition = ''): unknown => {
    const state = calls.state().policies[1]?.state as { partitions: Record<string, { waiting: number }> }
    return state.partitions[partition]?.waiting
  }
  return { clock, calls, waiting }
}

describe('rateLimit', () => {
  test('lets the quota go at once and paces the rest', async () => {
    const { clock, calls } = setup({ quotas: [{ permits: 2, periodMs: 1000 }] })
    const operation = scriptedOperation([{ value: 1 }])
    for (let i = 0; i < 5; i++) void calls.execute(operation)
    await clock.advance(5000)
    expect(operation.started.map(({ at }) => at)).toEqual([0, 0, 1000, 1000, 2000])
    expect(clock.pending).toBe(0)
  })

  test('keeps all quotas at once', async () => {
    const { clock, calls } = setup({
      quotas: [
        { permits: 2, periodMs: 1000 },
        { permits: 3, periodMs: 10_000 },
      ],
    })
    const operation = scriptedOperation([{ value: 1 }])
    for (let i = 0; i < 6; i++) void calls.execute(operation)
    await clock.advance(30_000)
    expect(operation.started.map(({ at }) => at)).toEqual([0, 0, 1000, 10_000, 10_000, 11_000])
  })

  test('a quota is a minute long where nothing else is said', async () => {
    const { clock, calls } = setup({ quotas: [{ permits: 1 }] })
    const operation = scriptedOperation([{ value: 1 }])
    for (let i = 0; i < 2; i++) void calls.execute(operation)
    await clock.advance(60_000)
    expect(operation.started.map(({ at }) => at)).toEqual([0, 60_000])
  })

  test('a dear call waits for its permits and is not overtaken by cheap ones', async () => {
    const { clock, calls } = setup({
      quotas: [{ permits: 10, periodMs: 1000 }],
      cost: (context) => context.get(tokens),
      order: 'fifo',
    })
    const operation = scriptedOperation([{ value: 1 }])
    const costs: number[] = []
    for (const cost of [6, 8, 1])
      void calls.execute((context) => (costs.push(cost), operation(context)), { values: [[tokens, cost]] })
    await clock.advance(2000)
    expect(costs).toEqual([6, 8, 1])
    expect(operation.started.map(({ at }) => at)).toEqual([0, 1000, 1000])
  })

  test('refuses at once when the permit comes after the deadline, and says when there is one', async () => {
    const { clock, calls } = setup({ quotas: [{ permits: 1, periodMs: 200_000 }] })
    const recording = recordEvents(calls)
    void calls.execute(scriptedOperation([{ value: 1 }]))
    await clock.advance(1000)
    const late = scriptedOperation([{ value: 2 }])
    expect(await calls.execute(late).catch(caught)).toMatchObject({
      name: 'RateLimitExceededError',
      code: 'ERR_SPILLWAY_RATE_LIMIT_EXCEEDED',
      reason: 'waited_too_long',
      retryAfterMs: 199_000,
      verdict: { kind: 'rejected', retryAfterMs: 199_000, scope: 'endpoint', sent: false, billed: 'no' },
      message:
        "rateLimit: no permit becomes free in time. One is due in 199000 ms. Send less, or raise maxWaitMs or the call's own deadline.",
    })
    expect(late.runs).toBe(0)
    expect(recording.timeline('rate_limit.rejected')).toEqual(['1000 rate_limit.rejected'])
  })

  test('refuses at once when the queue is full', async () => {
    const { calls } = setup({ quotas: [{ permits: 1, periodMs: 1000 }], queueLimit: 0 })
    void calls.execute(scriptedOperation([{ value: 1 }]))
    expect(await calls.execute(scriptedOperation([{ value: 2 }])).catch(caught)).toMatchObject({
      reason: 'queue_full',
      retryAfterMs: 1000,
    })
  })

  test('a thousand callers that gave up have used no permit and leave no timer', async () => {
    const { clock, calls, waiting } = setup({ quotas: [{ permits: 1, periodMs: 1000 }], maxWaitMs: 60_000 })
    await calls.execute(async () => 1)
    const caller = new AbortController()
    const left = scriptedOperation([{ value: 1 }])
    const all = Array.from({ length: 1000 }, () => calls.execute(left, { signal: caller.signal }).catch(caught))
    expect(waiting()).toBe(1000)
    caller.abort('gone')
    expect([waiting(), clock.pending]).toEqual([0, 0])
    await Promise.all(all)
    await clock.advance(1000)
    const next = scriptedOperation([{ value: 2 }])
    void calls.execute(next)
    expect([left.runs, next.runs]).toEqual([0, 1])
  })

  test('the permit of a call that ends in the tick in which its turn comes goes to the next', async () => {
    const { clock, calls } = setup({ quotas: [{ permits: 1, periodMs: 1000 }], order: 'fifo' })
    await calls.execute(async () => 1)
    const caller = new AbortController()
    const ended = scriptedOperation([{ value: 2 }])
    const next = scriptedOperation([{ value: 3 }])
    const dequeued = recordEvents(calls)
    void calls.execute(ended, { signal: caller.signal }).catch(caught)
    void calls.execute(next)
    calls.events.subscribe(({ type, callId }) => {
      if (type === 'call.dequeued' && callId === 2) caller.abort('gone')
    })
    await clock.advance(1000)
    expect(dequeued.timeline('call.dequeued')).toEqual(['1000 call.dequeued', '1000 call.dequeued'])
    expect([ended.runs, next.runs]).toEqual([0, 1])
  })

  test('gives the permit back when the call is refused further in', async () => {
    let open = false
    const inner: Gate = {
      name: 'inner',
      enter: () => (open ? undefined : Object.assign(new Error('no'), refusal)),
      leave() {},
    }
    const { calls } = setup({ quotas: [{ permits: 1, periodMs: 1000 }] }, [inner])
    await calls.execute(async () => 1).catch(caught)
    open = true
    const operation = scriptedOperation([{ value: 1 }])
    void calls.execute(operation)
    expect(operation.runs).toBe(1)
  })

  test('when one call is throttled, everybody waits as long as the provider asked, and goes within a fifth more', async () => {
    const { clock, calls } = setup({})
    const recording = recordEvents(calls)
    await calls.execute(() => Promise.reject(new Error('429')), { classifier: throttled(5000) }).catch(caught)
    const operation = scriptedOperation([{ value: 1 }])
    for (let i = 0; i < 2; i++) void calls.execute(operation)
    await clock.advance(4999)
    expect(operation.runs).toBe(0)
    await clock.advance(1001)
    expect(operation.runs).toBe(2)
    expect(recording.events.find(({ type }) => type === 'rate_limit.paused')).toMatchObject({ pauseMs: 5000 })
  })

  test('a later and shorter hint does not end a pause, and no hint makes none', async () => {
    const { clock, calls } = setup({})
    const throttle = (hint?: number): Promise<unknown> =>
      calls.execute(() => Promise.reject(new Error('429')), { classifier: throttled(hint) }).catch(caught)
    await Promise.all([throttle(8000), throttle(1000), throttle()])
    const operation = scriptedOperation([{ value: 1 }])
    void calls.execute(operation)
    await clock.advance(7999)
    expect(operation.runs).toBe(0)
    await clock.advance(1601)
    expect(operation.runs).toBe(1)
  })

  test('each partition has permits of its own', async () => {
    const { calls } = setup({
      quotas: (partition) => [{ permits: partition === 'big' ? 2 : 1, periodMs: 1000 }],
      partitionKey: (context) => context.get(tenant),
    })
    const runs: string[] = []
    for (const name of ['big', 'big', 'big', 'small', 'small'])
      void calls.execute(async () => runs.push(name), { values: [[tenant, name]] })
    await settle()
    expect(runs).toEqual(['big', 'big', 'small'])
  })

  test('more keys than it may remember leave a bounded state behind', async () => {
    const clock = new VirtualClock()
    let key = 0
    const gate = rateLimit({ quotas: [{ permits: 1 }], partitionKey: () => `tenant ${key}`, maxPartitions: 100 })
    const calls = pipeline([gate], { clock })
    for (key = 0; key < 20_000; key++) await calls.execute(async () => key)
    const state = gate.snapshot?.() as { partitions: object }
    expect(Object.keys(state.partitions)).toHaveLength(100)
  })

  test('a partition in which somebody waits is not forgotten', async () => {
    const { calls } = setup({
      quotas: [{ permits: 1, periodMs: 1000 }],
      partitionKey: (context) => context.get(tenant),
      maxPartitions: 1,
    })
    const runs: string[] = []
    for (const name of ['a', 'a', 'b', 'a', 'b'])
      void calls.execute(async () => runs.push(name), { values: [[tenant, name]] })
    await settle()
    expect(runs).toEqual(['a', 'b'])
  })

  test.each([Number.NaN, -1, Infinity, 'three' as unknown as number])(
    'a cost of %o ends its own call only',
    async (cost) => {
      const { clock, calls } = setup({
        quotas: [{ permits: 1, periodMs: 1000 }],
        cost: (context) => context.get(tokens),
      })
      const operation = scriptedOperation([{ value: 1 }])
      const wrong = await calls.execute(operation, { values: [[tokens, cost]] }).catch(caught)
      expect(wrong).toMatchObject({ name: 'InvalidOptionsError', option: 'rateLimit.cost()' })
      expect(operation.runs).toBe(0)
      void calls.execute(operation)
      expect(operation.runs).toBe(1)
      await clock.run()
    },
  )

  test('disposing refuses those who wait and leaves no timer', async () => {
    const { clock, calls } = setup({ quotas: [{ permits: 1, periodMs: 1000 }] })
    await calls.execute(async () => 1)
    const waiting = calls.execute(scriptedOperation([{ value: 2 }])).catch(caught)
    calls.dispose()
    expect(await waiting).toMatchObject({ name: 'RateLimitExceededError', reason: 'disposed' })
    expect(clock.pending).toBe(0)
  })

  test.each([
    [{ quotas: [{ permits: 0 }] }, /^rateLimit\.quotas\[0\]\.permits must be a number/],
    [{ quotas: [{ permits: 1, periodMs: 0 }] }, /^rateLimit\.quotas\[0\]\.periodMs must be a number/],
    [
      { quotas: [{ permits: 1, perMs: 5 }] },
      /^rateLimit\.quotas\[0\]\.perMs must be one of unit, permits, periodMs, per, resetAt, pace/,
    ],
    [{ quotas: { permits: 1 } }, 'rateLimit.quotas must be a list of quotas'],
    [{ cost: 3 }, 'rateLimit.cost must be a function, got 3.'],
    [{ maxPartitions: 0 }, 'rateLimit.maxPartitions must be an integer of at least 1, got 0.'],
    [{ permits: 3 }, /^rateLimit\.permits must be one of name, quotas/],
  ])('refuses %o before any work', (options, message) => {
    expect(() => rateLimit(options as RateLimitOptions)).toThrow(message)
  })
})

const refusal = {
  isSpillwayError: true,
  code: 'ERR_TEST',
  verdict: { kind: 'rejected' },
} as const
