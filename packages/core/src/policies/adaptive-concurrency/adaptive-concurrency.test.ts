import { isBulkheadRejectedError } from 'cockatiel'
import { describe, expect, test } from 'vitest'
import {
  adaptiveConcurrency,
  aimdLimit,
  failover,
  fixedLimit,
  pipeline,
  rejected,
  success,
  timeout,
  type AdaptiveConcurrencyOptions,
  type Classifier,
  type Gate,
  type LimitSample,
  type Operation,
  type Part,
  type Policy,
  type VerdictKind,
} from '../../index.ts'
import { recordEvents, scriptedOperation, settle, VirtualClock } from '../../testing.ts'
import { caught } from '../../kernel/__fixtures__/ended.ts'

/** An error says itself what it means. */
const classifier: Classifier = { error: (error) => ({ kind: (error as Error).message as VerdictKind }) }

const setup = (options: AdaptiveConcurrencyOptions, outside: readonly Part[] = [], inside: readonly Part[] = []) => {
  const clock = new VirtualClock()
  const calls = pipeline([...outside, adaptiveConcurrency(options), ...inside], {
    clock,
    classifier,
    random: () => 0.5,
  })
  const state = (): unknown => calls.state().policies.find(({ name }) => name === 'adaptiveConcurrency')?.state
  const fails = (kind: VerdictKind): Promise<unknown> =>
    calls.execute(() => Promise.reject(new Error(kind))).catch(caught)
  return { clock, calls, state, fails }
}

/** A limit of so many that writes down what it is told. */
const listening = (current: number) => {
  const told: LimitSample[] = []
  return { told, limit: () => ({ current, sample: (sample: LimitSample) => void told.push(sample) }) }
}

describe('the limit', () => {
  test('is for each endpoint; the others wait, nearest deadline first', async () => {
    const endpoints = [{ name: 'official' }]
    const { clock, calls, state } = setup({ limit: () => fixedLimit(2) }, [failover({ endpoints })])
    const operation = scriptedOperation([{ value: 1, afterMs: 100 }])
    for (let i = 0; i < 3; i++) void calls.execute(operation)
    await settle()
    expect(state()).toEqual({ partitions: { official: { limit: 2, inFlight: 2, waiting: 0 } } })
    expect(operation.runs).toBe(2)
    await clock.advance(100)
    expect(operation.started.map(({ at }) => at)).toEqual([0, 0, 100])
  })

  test('lets the nearest deadline go first', async () => {
    const clock = new VirtualClock()
    const gate = adaptiveConcurrency({ limit: () => fixedLimit(1) })
    const within = (totalMs: number) => pipeline([timeout({ totalMs }), gate], { clock })
    const began: number[] = []
    const run = (totalMs: number): Promise<unknown> =>
      within(totalMs).execute(async (context) => {
        began.push(totalMs)
        await context.sleep(10)
      })
    const all = Promise.all([run(9000), run(8000), run(3000), run(5000)])
    await clock.advance(100)
    await all
    expect(began).toEqual([9000, 3000, 5000, 8000])
  })

  test.each([
    ['overloaded', 'drop'],
    ['throttled', 'drop'],
    ['transient', undefined],
    ['quota_exhausted', undefined],
    ['endpoint_failed', undefined],
    ['request_failed', undefined],
    ['canceled', undefined],
    ['rejected', undefined],
  ] as const)('hears of %s: %s', async (kind, told) => {
    const heard = listening(5)
    await setup({ limit: heard.limit }).fails(kind)
    expect(heard.told.map((sample) => sample.kind)).toEqual(told === undefined ? [] : [told])
  })

  test('hears of answers, and of empty ones, with the time they took', async () => {
    const clock = new VirtualClock()
    const heard = listening(5)
    const empty: Classifier = {
      error: () => undefined,
      value: (value) => (value === '' ? { kind: 'empty' } : undefined),
    }
    const calls = pipeline([adaptiveConcurrency({ limit: heard.limit })], { clock, classifier: empty })
    void calls.execute(scriptedOperation([{ value: 'image', afterMs: 30_000 }]))
    void calls.execute(scriptedOperation([{ value: '', afterMs: 40_000 }]))
    await clock.run()
    expect(heard.told).toEqual([
      { kind: 'sample', latencyMs: 30_000, inFlight: 2, served: 0, sentAt: 0, now: 30_000 },
      { kind: 'sample', latencyMs: 40_000, inFlight: 1, served: 0, sentAt: 0, now: 40_000 },
    ])
  })

  test('hears how long the first content took, not how long the answer is', async () => {
    const heard = listening(5)
    const { clock, calls } = setup({ limit: heard.limit })
    const streaming: Operation<void> = async (context) => {
      await context.sleep(400)
      context.progress('content')
      await context.sleep(60_000)
      context.progress('content')
    }
    void calls.execute(streaming)
    await clock.run()
    expect(heard.told).toMatchObject([{ latencyMs: 400, now: 60_400 }])
  })

  test('hears the latency that the user measures: per token, say', async () => {
    const heard = listening(5)
    const { clock, calls } = setup({
      limit: heard.limit,
      latencyOf: (outcome, ms) => ms / (outcome.ok ? (outcome.value as { tokens: number }).tokens : 1),
    })
    void calls.execute(scriptedOperation([{ value: { tokens: 100 }, afterMs: 30_000 }]))
    await clock.run()
    expect(heard.told).toMatchObject([{ latencyMs: 300 }])
  })

  test('hears of a refusal how many others the provider has taken on', async () => {
    const heard = listening(50)
    const { clock, calls, fails } = setup({ limit: heard.limit })
    for (let i = 0; i < 4; i++) void calls.execute(scriptedOperation([{ value: 1, afterMs: 30_000 }]))
    await clock.advance(3001)
    for (let i = 0; i < 3; i++) void calls.execute(scriptedOperation([{ value: 1, afterMs: 30_000 }]))
    await fails('overloaded')
    expect(heard.told).toMatchObject([{ kind: 'drop', served: 4, inFlight: 8 }])
  })

  test('makes room when the provider has taken on what is there, although nobody has left', async () => {
    const { clock, calls } = setup({ limit: () => aimdLimit({ initial: 4 }) })
    const operation = scriptedOperation([{ value: 1, afterMs: 60_000 }])
    for (let i = 0; i < 12; i++) void calls.execute(operation)
    await clock.run()
    const began = operation.started.map(({ at }) => at)
    expect(began.filter((at) => at === 0)).toHaveLength(4)
    expect(began.filter((at) => at > 3000 && at <= 4000)).toHaveLength(3)
    expect(began.filter((at) => at > 6000 && at <= 8000)).toHaveLength(3)
    expect(began.at(-1)).toBeLessThan(13_000)
  })

  test('of the user that says nonsense lets one through', async () => {
    const made = { current: 3, sample: () => void (made.current = Number.NaN) }
    const { calls } = setup({ limit: () => made })
    for (let i = 0; i < 3; i++) expect(await calls.execute(async () => i)).toBe(i)
  })
})

describe('what teaches nothing', () => {
  test('a call that its caller ended, and what a gate further in refused', async () => {
    const heard = listening(5)
    const closed: Gate = {
      name: 'closed',
      enter: () =>
        Object.assign(new Error('closed'), { isSpillwayError: true, code: 'X', verdict: rejected() }) as never,
      leave() {},
    }
    await setup({ limit: heard.limit }, [], [closed])
      .calls.execute(async () => 1)
      .catch(caught)
    const { calls, state } = setup({ limit: heard.limit })
    const caller = new AbortController()
    const left = calls.execute(scriptedOperation([{ hang: true }]), { signal: caller.signal }).catch(caught)
    caller.abort('gone')
    expect(await left).toBe('gone')
    expect(heard.told).toEqual([])
    expect(state()).toMatchObject({ partitions: { '': { inFlight: 0 } } })
  })

  test('an answer that no request was made for', async () => {
    const heard = listening(5)
    const remembering: Policy<number> = { name: 'remembering', execute: async () => success(1) as never }
    const { calls } = setup({ limit: heard.limit }, [], [remembering])
    expect(await calls.execute(async () => 2)).toBe(1)
    expect(heard.told).toEqual([])
  })

  test('an abandoned attempt, which keeps its place until it has really ended, and its late answer', async () => {
    const heard = listening(1)
    const { clock, calls } = setup({ limit: heard.limit }, [], [timeout({ attemptMs: 100 })])
    const deaf = calls.execute(scriptedOperation([{ value: 1, afterMs: 1000, deaf: true }])).catch(caught)
    const next = scriptedOperation([{ value: 2 }])
    const second = calls.execute(next)
    await clock.advance(999)
    expect(await deaf).toMatchObject({ code: 'ERR_SPILLWAY_TIMEOUT_EXCEEDED' })
    expect(next.runs).toBe(0)
    await clock.advance(1)
    expect(await second).toBe(2)
    expect(heard.told).toMatchObject([{ sentAt: 1000 }])
  })

  test('a stream holds its place until it has been read', async () => {
    const { calls, state } = setup({})
    let end = (): void => {}
    await calls.execute(async (context) => {
      const body = context.openBody()
      end = () => body.end(success(undefined))
    })
    expect(state()).toMatchObject({ partitions: { '': { inFlight: 1 } } })
    end()
    expect(state()).toMatchObject({ partitions: { '': { inFlight: 0 } } })
  })
})

describe('the line', () => {
  test('who aborts leaves it in the same tick and never runs', async () => {
    const { clock, calls, state } = setup({ limit: () => fixedLimit(1) })
    void calls.execute(scriptedOperation([{ value: 1, afterMs: 100 }]))
    const caller = new AbortController()
    const left = scriptedOperation([{ value: 2 }])
    const leaving = calls.execute(left, { signal: caller.signal }).catch(caught)
    expect(state()).toMatchObject({ partitions: { '': { waiting: 1 } } })
    caller.abort('gone')
    expect(state()).toMatchObject({ partitions: { '': { waiting: 0 } } })
    await clock.run()
    expect([await leaving, left.runs, clock.pending]).toEqual(['gone', 0, 0])
  })

  test('refuses with all that helps: who, why, how many, what went wrong before', async () => {
    const { clock, calls } = setup({ limit: () => fixedLimit(1), queueLimit: 0 })
    const recording = recordEvents(calls)
    void calls.execute(scriptedOperation([{ value: 1, afterMs: 100 }]))
    const error = await calls.execute(async () => 2).catch(caught)
    expect(error).toMatchObject({
      name: 'ConcurrencyLimitExceededError',
      code: 'ERR_SPILLWAY_CONCURRENCY_LIMIT_EXCEEDED',
      reason: 'queue_full',
      verdict: { kind: 'rejected', scope: 'endpoint', sent: false },
      message:
        "adaptiveConcurrency: the 1 places that the provider's answers allow now are taken, and so are 0 seats in the queue. Send less, or raise queueLimit.",
    })
    expect(isBulkheadRejectedError(error)).toBe(true)
    expect(recording.events.find(({ type }) => type === 'concurrency.rejected')).toMatchObject({
      policy: 'adaptiveConcurrency',
      partition: '',
      reason: 'queue_full',
    })
    await clock.run()
  })

  test('lasts no longer than allowed, and not beyond disposal', async () => {
    const { clock, calls } = setup({ limit: () => fixedLimit(1), maxWaitMs: 50 })
    void calls.execute(scriptedOperation([{ value: 1, afterMs: 1000 }]))
    const late = calls.execute(async () => 2).catch(caught)
    await clock.advance(50)
    expect(await late).toMatchObject({ reason: 'waited_too_long' })
    const waiting = calls.execute(async () => 3).catch(caught)
    calls.dispose()
    expect(await waiting).toMatchObject({ reason: 'disposed' })
    await clock.run()
    expect(clock.pending).toBe(0)
  })

  test('says the change of the limit, and why', async () => {
    const { clock, calls, fails } = setup({ paceMs: 0 })
    const recording = recordEvents(calls)
    await fails('overloaded')
    await clock.advance(1000)
    await fails('throttled')
    expect(recording.events.filter(({ type }) => type === 'limit.changed')).toMatchObject([
      { from: 32, to: 28, reason: 'overloaded', policy: 'adaptiveConcurrency', partition: '', at: 0 },
      { from: 28, to: 25, reason: 'throttled', at: 1000 },
    ])
  })

  test('forgets partitions that nobody uses, and none in use', async () => {
    const endpoints = Array.from({ length: 100 }, (_, n) => ({ name: `e${n}` }))
    const { calls, state } = setup({ maxPartitions: 3, partitionKey: (context) => `${context.call.id}` }, [
      failover({ endpoints }),
    ])
    void calls.execute(scriptedOperation([{ hang: true }])).catch(caught)
    for (let n = 0; n < 100; n++) await calls.execute(async () => n)
    const { partitions } = state() as { partitions: Record<string, { inFlight: number }> }
    expect(Object.keys(partitions).length).toBeLessThanOrEqual(3)
    expect(Object.values(partitions).filter(({ inFlight }) => inFlight > 0)).toHaveLength(1)
  })
})
