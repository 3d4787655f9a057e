import {
  accounting,
  adaptiveConcurrency,
  bulkhead,
  cache,
  circuitBreaker,
  ConsecutiveBreaker,
  constantBackoff,
  failover,
  fallback,
  fixedLimit,
  hedge,
  pipeline,
  rateLimit,
  retry,
  requestedModel,
  retryBudget,
  type CallContext,
  type Gate,
} from '@spillway/core'
import { scriptedOperation, VirtualClock } from '@spillway/core/testing'
import { registerSpillway } from '@spillway/opentelemetry'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Point } from './otlp-receiver.ts'
import { classifier, overloaded, Refused } from './refused.ts'
import { startSdk } from './sdk.ts'
import { world } from './world.ts'

const twoSeconds = { backoff: constantBackoff(2000), jitter: 'none' } as const

/** The series of a metric, its attributes without their long names. */
const series = (points: readonly Point[], metric: string): unknown[] =>
  points
    .filter((point) => point.metric === metric)
    .map(({ attributes, value, count, sum }) => ({
      ...Object.fromEntries(Object.entries(attributes).map(([name, each]) => [name.replace('spillway.', ''), each])),
      ...(value === undefined ? { count, sum } : { value }),
    }))
const images = { 'pipeline.name': 'images' }

describe('what happened', () => {
  test('calls and attempts in seconds, with the reason where they failed', async () => {
    const { calls, clock, metrics } = await world([retry({ ...twoSeconds, maxAttempts: 2 })], { classifier })
    const operation = scriptedOperation([{ error: new Refused(overloaded), afterMs: 1000 }])
    const answers = [
      calls.execute(operation).catch(() => {}),
      calls.execute(scriptedOperation([{ value: 1, afterMs: 120_000 }])),
    ]
    await clock.run()
    await Promise.all(answers)
    const points = await metrics()
    const failed = { ...images, 'outcome.class': 'overloaded', 'error.type': '503' }
    expect(series(points, 'spillway.call.duration')).toEqual([
      { ...failed, count: 1, sum: 4 },
      { ...images, 'outcome.class': 'success', count: 1, sum: 120 },
    ])
    expect(series(points, 'spillway.attempt.duration')).toEqual([
      { ...failed, count: 2, sum: 2 },
      { ...images, 'outcome.class': 'success', count: 1, sum: 120 },
    ])
    expect(series(points, 'spillway.call.waiting.duration')).toContainEqual({
      ...images,
      'outcome.class': 'overloaded',
      count: 1,
      sum: 2,
    })
    expect(series(points, 'spillway.call.retries')).toEqual([
      { ...images, 'outcome.class': 'overloaded', count: 1, sum: 1 },
    ])
    expect(series(points, 'spillway.call.retry_delay')).toEqual([
      { ...images, 'outcome.class': 'overloaded', count: 1, sum: 2 },
    ])
    const { bounds, unit } = points.find(({ metric }) => metric === 'spillway.call.duration') as Point
    expect([unit, bounds?.slice(-4)]).toEqual(['s', [81.92, 163.84, 327.68, 655.36]])
  })

  test('what attempts used and cost, where an account is kept, and refusals by its ceiling', async () => {
    const prices = { painter: { perImage: 0.04 } }
    const count = accounting({ prices, maxCost: 0.05, expectedUsage: () => ({ images: 1 }) })
    const { calls, metrics, trace: read } = await world([retry({ backoff: constantBackoff(0) }), count], { classifier })
    const paint = async (context: CallContext): Promise<void> => {
      context.providerSaid({ usage: { images: 1 } })
      throw new Refused({ kind: 'transient', billed: 'yes' })
    }
    await calls.execute(paint, { values: [[requestedModel, 'painter']] }).catch(() => {})
    const points = await metrics()
    const by = { ...images, 'gen_ai.request.model': 'painter' }
    expect(series(points, 'spillway.usage')).toEqual([{ ...by, unit: 'images', value: 1 }])
    expect(series(points, 'spillway.cost')).toEqual([{ ...by, billed: 'yes', value: 0.04 }])
    expect(series(points, 'spillway.rejections')).toEqual([
      { ...images, 'policy.name': 'accounting', reason: 'cost', value: 1 },
    ])
    expect((await read()).calls[0]?.attributes).toMatchObject({
      'spillway.call.cost': 0.04,
      'gen_ai.request.model': 'painter',
    })
  })

  test('what policies did: events, refusals, lookups, failovers, other answers, hedges', async () => {
    const policies = [
      fallback({ steps: [() => 'a placeholder'] }),
      cache({ key: ({ call }) => (call.priority > 0 ? 'the same' : undefined) }),
      bulkhead({ maxConcurrency: 1, queueLimit: 1 }),
      hedge({ delayMs: 5000 }),
      failover({ endpoints: [{ name: 'official' }, { name: 'relay' }], order: 'ordered' }),
    ]
    const { calls, clock, metrics } = await world(policies, { classifier })
    const moved = scriptedOperation([
      { error: new Refused(overloaded), afterMs: 100 },
      { hang: true },
      { value: 1, afterMs: 100 },
    ])
    const answers = [calls.execute(moved), ...[1, 2].map(() => calls.execute(scriptedOperation([{ value: 1 }])))]
    await clock.run()
    await Promise.all(answers)
    for (let i = 0; i < 2; i++)
      await Promise.all([calls.execute(scriptedOperation([{ value: 2 }]), { priority: 1 }), clock.run()])
    const points = await metrics()
    const by = (policy: string): object => ({ ...images, 'policy.name': policy })
    expect(series(points, 'spillway.rejections')).toEqual([{ ...by('bulkhead'), reason: 'queue_full', value: 1 }])
    expect(series(points, 'spillway.fallbacks')).toEqual([{ ...by('fallback'), 'outcome.class': 'rejected', value: 1 }])
    expect(series(points, 'spillway.failovers')).toEqual([{ ...images, from: 'official', to: 'relay', value: 1 }])
    expect(series(points, 'spillway.cache.lookups')).toEqual([
      { ...by('cache'), 'cache.result': 'miss', value: 1 },
      { ...by('cache'), 'cache.result': 'hit', value: 1 },
    ])
    expect(series(points, 'spillway.queue.wait.duration')).toEqual([
      { ...by('bulkhead'), count: 1, sum: expect.any(Number) },
    ])
    expect(series(points, 'spillway.policy.events')).toContainEqual({
      ...by('failover'),
      'endpoint.name': 'official',
      'event.type': 'endpoint.selected',
      value: expect.any(Number),
    })
  })
})

describe('how things are', () => {
  test('places, lines, circuits, quotas, budgets and endpoints, as the pipeline sees them when they are read', async () => {
    const policies = [
      bulkhead({ maxConcurrency: 2, queueLimit: 7 }),
      retry({ ...twoSeconds, budget: retryBudget({ minRetries: 4 }) }),
      failover({ endpoints: [{ name: 'official' }, { name: 'relay' }], order: 'ordered' }),
      rateLimit({ quotas: [{ permits: 100, per: 'minute' }] }),
      adaptiveConcurrency({ limit: () => fixedLimit(10) }),
      circuitBreaker({ breaker: () => new ConsecutiveBreaker(1), openAfterMs: 0 }),
    ]
    const { calls, clock, metrics } = await world(policies, { classifier })
    const operation = scriptedOperation([{ error: new Refused({ kind: 'transient', status: 500 }) }, { hang: true }])
    const caller = new AbortController()
    const answers = [1, 2, 3].map(() => calls.execute(operation, { signal: caller.signal }).catch(() => {}))
    await clock.advance(500)
    const points = await metrics()
    expect(series(points, 'spillway.call.active')).toEqual([{ ...images, value: 3 }])
    expect(series(points, 'spillway.concurrency.usage')).toContainEqual({
      ...images,
      'policy.name': 'bulkhead',
      value: 2,
    })
    expect(series(points, 'spillway.concurrency.limit')).toContainEqual({
      ...images,
      'policy.name': 'bulkhead',
      value: 2,
    })
    expect(series(points, 'spillway.queue.usage')).toContainEqual({ ...images, 'policy.name': 'bulkhead', value: 1 })
    expect(series(points, 'spillway.queue.limit')).toContainEqual({ ...images, 'policy.name': 'bulkhead', value: 7 })
    expect(series(points, 'spillway.concurrency.limit')).toContainEqual({
      ...images,
      'policy.name': 'adaptiveConcurrency',
      'endpoint.name': 'official',
      value: 10,
    })
    const official = { ...images, 'policy.name': 'circuitBreaker', 'endpoint.name': 'official' }
    expect(series(points, 'spillway.circuit.state').slice(0, 4)).toEqual([
      { ...official, 'circuit.state': 'closed', value: 0 },
      { ...official, 'circuit.state': 'open', value: 1 },
      { ...official, 'circuit.state': 'half_open', value: 0 },
      { ...official, 'circuit.state': 'isolated', value: 0 },
    ])
    const quota = { 'policy.name': 'rateLimit', unit: 'requests', 'rate_limit.quota': 'quota 60 s' }
    expect(series(points, 'spillway.rate_limit.limit')).toContainEqual({
      ...images,
      ...quota,
      'endpoint.name': 'official',
      value: 100,
    })
    expect(series(points, 'spillway.rate_limit.usage')).toContainEqual({
      ...images,
      ...quota,
      'endpoint.name': 'official',
      value: expect.any(Number),
    })
    expect(series(points, 'spillway.retry_budget.limit')).toEqual([
      { ...images, 'policy.name': 'retry', value: expect.any(Number) },
    ])
    expect(series(points, 'spillway.endpoint.ejected')).toEqual(
      ['official', 'relay'].map((name) => ({ ...images, 'policy.name': 'failover', 'endpoint.name': name, value: 0 })),
    )
    caller.abort()
    await clock.run()
    await Promise.all(answers)
    expect(series(await metrics(), 'spillway.call.active')).toEqual([{ ...images, value: 0 }])
  })

  // trap: nothing-private
  test('a partition that is named after no endpoint keeps its name for itself', async () => {
    const tenants = ['CANARY-acme', 'CANARY-umbrella']
    let at = 0
    const gate = bulkhead()
    const limit = rateLimit({ quotas: [{ permits: 10 }], partitionKey: () => tenants[at++ % 2] as string })
    const { calls, metrics, receiver } = await world([gate, limit])
    for (let i = 0; i < 4; i++) await calls.execute(async () => i)
    expect(series(await metrics(), 'spillway.rate_limit.usage')).toEqual([
      {
        ...images,
        'policy.name': 'rateLimit',
        'endpoint.name': 'other',
        unit: 'requests',
        'rate_limit.quota': 'quota 60 s',
        value: 4,
      },
    ])
    expect(receiver.bodies.join('')).not.toContain('CANARY')
  })

  test('a policy whose snapshot throws takes nothing from the others', async () => {
    const broken: Gate = {
      name: 'broken',
      enter: () => undefined,
      leave() {},
      snapshot() {
        throw new Error('broken')
      },
    }
    const sdk = await startSdk()
    onTestFinished(registerSpillway(sdk.providers))
    const pipelines = [pipeline([broken], { name: 'broken' }), pipeline([], { name: 'whole' })]
    await sdk.flush()
    expect(pipelines).toHaveLength(2)
    expect(series(sdk.receiver.points(), 'spillway.call.active')).toContainEqual({ 'pipeline.name': 'whole', value: 0 })
  })

  test('a breaker that only tries is told apart', async () => {
    const breaker = circuitBreaker({ breaker: () => new ConsecutiveBreaker(1), openAfterMs: 0, dryRun: true })
    const { calls, clock, metrics } = await world([breaker], { classifier })
    const operation = scriptedOperation([{ error: new Refused(overloaded), afterMs: 10 }])
    for (let i = 0; i < 2; i++) await Promise.all([calls.execute(operation).catch(() => {}), clock.advance(10)])
    const points = await metrics()
    expect(series(points, 'spillway.circuit.state')).toContainEqual({
      ...images,
      'policy.name': 'circuitBreaker',
      'circuit.state': 'open',
      dry_run: 'true',
      value: 1,
    })
    expect(series(points, 'spillway.rejections')).toEqual([])
  })
})

describe('5,000 names', () => {
  const NAMES = Array.from({ length: 5000 }, (_, i) => `name-${i}`)

  // trap: nothing-private
  test('of pipelines make as many series as may be, and the rest is one', async () => {
    const sdk = await startSdk()
    onTestFinished(registerSpillway({ ...sdk.providers, maxAttributeValues: 20 }))
    const pipelines = NAMES.map((name) => pipeline([], { name }))
    await Promise.all(pipelines.map((each) => each.execute(async () => 1)))
    await sdk.flush()
    const counts = series(sdk.receiver.points(), 'spillway.call.duration') as {
      'pipeline.name': string
      count: number
    }[]
    expect(counts).toHaveLength(21)
    expect(counts.find(({ 'pipeline.name': name }) => name === 'other')?.count).toBe(4980)
    expect(series(sdk.receiver.points(), 'spillway.call.active')).toHaveLength(21)
  })

  test('of errors, of providers’ codes and of endpoints, too', async () => {
    const { calls, metrics } = await world([], { classifier, clock: new VirtualClock() })
    for (const name of NAMES.slice(0, 2500)) {
      await calls.execute(() => Promise.reject(Object.assign(new Error('x'), { name }))).catch(() => {})
      await calls.execute(() => Promise.reject(new Refused({ kind: 'transient', code: name }))).catch(() => {})
      await calls.execute(async (context) => void (context.endpoint = { name })).catch(() => {})
    }
    const points = await metrics()
    for (const metric of ['spillway.call.duration', 'spillway.attempt.duration'])
      expect(series(points, metric).length).toBeLessThanOrEqual(203)
    expect(series(points, 'spillway.call.duration')).toContainEqual(
      expect.objectContaining({ 'error.type': 'other', count: 4800 }),
    )
  })
})
