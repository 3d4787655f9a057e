import { SpanStatusCode, trace } from '@opentelemetry/api'
import {
  AlwaysOffSampler,
  createAlwaysRecordSampler,
  TracerProvider,
  type ReadableSpan,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace'
import { bulkhead, cache, constantBackoff, failover, hedge, openCall, retry } from '@spillway/core'
import { scriptedOperation } from '@spillway/core/testing'
import { describe, expect, test } from 'vitest'
import type { Span } from './otlp-receiver.ts'
import { classifier, overloaded, Refused } from './refused.ts'
import { startSdk } from './sdk.ts'
import { eventsOf, world } from './world.ts'

const twoSeconds = { backoff: constantBackoff(2000), jitter: 'none' } as const

describe('attempts side by side', () => {
  test('a hedge is linked to its rival, and the loser is no error', async () => {
    const { calls, clock, trace: read } = await world([hedge({ delayMs: 100 })])
    const answer = calls.execute(scriptedOperation([{ hang: true }, { value: 1, afterMs: 50 }]))
    await clock.run()
    await answer
    const { calls: spans, attemptsOf } = await read()
    const [primary, second] = attemptsOf(spans[0])
    expect(second?.links).toEqual([{ spanId: primary?.spanId, attributes: { 'spillway.link': 'hedge' } }])
    expect([primary?.links, primary?.status.code, second?.status.code]).toEqual([[], 0, 0])
    expect(primary?.attributes).toMatchObject({ 'spillway.attempt.hedge_lost': true })
    expect(second?.attributes).toMatchObject({ 'spillway.attempt.hedge': true })
    expect(spans[0]?.attributes).toMatchObject({ 'spillway.call.hedges': 1, 'spillway.call.working': 0.15 })
    expect(eventsOf(spans[0])).toEqual(['spillway.hedge.started', 'spillway.hedge.won', 'spillway.hedge.lost'])
  })

  test('one that stands in for a failed attempt is linked to that', async () => {
    const { calls, clock, trace: read } = await world([hedge({ delayMs: 100 })])
    const answer = calls.execute(scriptedOperation([{ error: new Error('reset') }, { value: 1, afterMs: 50 }]))
    await clock.run()
    await answer
    const { calls: spans, attemptsOf } = await read()
    const [primary, second] = attemptsOf(spans[0])
    expect(second?.links).toEqual([{ spanId: primary?.spanId, attributes: { 'spillway.link': 'hedge' } }])
    expect(primary?.status.code).toBe(2)
  })

  test('a failover says from where to where, and each attempt where it went', async () => {
    const endpoints = [{ name: 'official' }, { name: 'relay', model: 'banana-pro' }]
    const { calls, clock, trace: read } = await world([failover({ endpoints, order: 'ordered' })], { classifier })
    const answer = calls.execute(scriptedOperation([{ error: new Refused(overloaded) }, { value: 1 }]))
    await clock.run()
    await answer
    const { calls: spans, attemptsOf } = await read()
    expect(attemptsOf(spans[0]).map(({ attributes }) => attributes['spillway.endpoint.name'])).toEqual([
      'official',
      'relay',
    ])
    expect(attemptsOf(spans[0])[1]?.attributes).toMatchObject({ 'gen_ai.request.model': 'banana-pro' })
    expect(spans[0]?.events.find(({ name }) => name === 'spillway.endpoint.failed_over')?.attributes).toMatchObject({
      'spillway.from': 'official',
      'spillway.to': 'relay',
    })
    expect(spans[0]?.attributes).toMatchObject({ 'spillway.endpoint.name': 'relay', 'spillway.call.failovers': 1 })
  })
})

describe('calls that share one piece of work', () => {
  test('are linked to the call that does it, and have no attempts of their own', async () => {
    const { calls, clock, trace: read } = await world([cache({ key: () => 'the same' })])
    const operation = scriptedOperation([{ value: 1, afterMs: 100 }])
    const answers = [1, 2].map(() => calls.execute(operation))
    await clock.run()
    await Promise.all(answers)
    await calls.execute(operation)
    const { calls: spans, attemptsOf } = await read()
    const leader = spans.find((span) => attemptsOf(span).length === 1)
    const followers = spans.filter(({ attributes }) => attributes['spillway.call.coalesced'] === true)
    expect(followers).toHaveLength(1)
    expect(followers[0]?.links).toEqual([{ spanId: leader?.spanId, attributes: { 'spillway.link': 'coalesced' } }])
    expect(spans.flatMap(eventsOf)).toContain('spillway.cache.hit')
  })

  test('what renews a stale answer after its call is a child of that call all the same', async () => {
    const policies = [cache({ key: () => 'the same', ttlMs: 1000, staleWhileRevalidateMs: 60_000 }), retry(twoSeconds)]
    const { calls, clock, trace: read } = await world(policies, { classifier })
    const operation = scriptedOperation([
      { value: 1 },
      { error: new Refused(overloaded), afterMs: 100 },
      { value: 2, afterMs: 100 },
    ])
    await Promise.all([calls.execute(operation), clock.advance(5000)])
    expect(await calls.execute(operation)).toBe(1)
    await clock.advance(60_000)
    const { calls: spans, attemptsOf } = await read()
    expect(operation.runs).toBe(3)
    expect(attemptsOf(spans[1]).map(({ status, endMs }) => [status.code, endMs > (spans[1]?.endMs ?? 0)])).toEqual([
      [2, true],
      [0, true],
    ])
  })
})

describe('around it', () => {
  test('an open call is one span with the attempts of all its executions', async () => {
    const { calls, clock, trace: read } = await world([retry(twoSeconds)], { classifier })
    const within = openCall()
    const operation = scriptedOperation([{ value: 1 }, { error: new Refused(overloaded) }, { value: 2 }])
    for (let i = 0; i < 2; i++) await Promise.all([calls.execute(operation, { within }), clock.advance(5000)])
    within.end()
    const { calls: spans, attemptsOf } = await read()
    expect(spans).toHaveLength(1)
    expect(attemptsOf(spans[0]).map(({ status }) => status.code)).toEqual([0, 2, 0])
    expect(spans[0]?.attributes).toMatchObject({ 'spillway.call.attempts': 3, 'spillway.call.retries': 1 })
  })

  test('each call belongs to the span in which it was made, and its work to its attempts, also where another call made room for it', async () => {
    const policies = [bulkhead({ maxConcurrency: 3 }), retry(twoSeconds)]
    const { calls, clock, providers, flush, receiver } = await world(policies)
    const tracer = providers.tracerProvider.getTracer('test')
    const requests = Array.from({ length: 50 }, (_, i) =>
      tracer.startActiveSpan(`request ${i}`, async (span) => {
        await calls.execute(async (context) => {
          await context.sleep(100)
          tracer.startSpan(`work ${i}/${context.attempt}`).end()
          if (context.attempt === 1) throw new Error('busy')
        })
        expect(trace.getActiveSpan()).toBe(span)
        span.end()
      }),
    )
    await clock.run()
    await Promise.all(requests)
    await flush()
    const spans = new Map(receiver.spans().map((span) => [span.spanId, span]))
    const above = ({ parentSpanId = '' }: Span): Span => spans.get(parentSpanId) as Span
    const work = [...spans.values()].filter(({ name }) => name.startsWith('work'))
    expect(work).toHaveLength(100)
    for (const span of work) {
      const attempt = above(span)
      const names = [span, above(above(attempt))].map(({ name }) => name)
      expect(names).toEqual([span.name, `request ${span.name.slice('work '.length).replace(/\/.*/, '')}`])
      expect(attempt.attributes['spillway.attempt.number']).toBe(Number(span.name.split('/')[1]))
    }
  })

  test('spans of a pipeline that is disposed of are ended, so that they are not lost', async () => {
    const { calls, clock, trace: read } = await world([])
    void calls.execute(scriptedOperation([{ hang: true }])).catch(() => {})
    await clock.advance(300)
    calls.dispose()
    const { calls: spans, attemptsOf } = await read()
    expect([...spans, ...attemptsOf(spans[0])].map(({ startMs, endMs }) => endMs - startMs)).toEqual([300, 300])
  })

  test('a failed call is whole where all is recorded and only failures are exported, although nothing is sampled', async () => {
    const ended: ReadableSpan[] = []
    const onlyFailures: SpanProcessor = {
      onStart() {},
      onEnd: (span) => void (span.status.code === SpanStatusCode.ERROR && ended.push(span)),
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    }
    const tracerProvider = new TracerProvider({
      sampler: createAlwaysRecordSampler(new AlwaysOffSampler()),
      spanProcessors: [onlyFailures],
    })
    const { calls, clock } = await world([retry({ ...twoSeconds, maxAttempts: 2 })], { classifier }, { tracerProvider })
    const operation = scriptedOperation([{ value: 1 }, { error: new Refused(overloaded) }])
    for (let i = 0; i < 2; i++) await Promise.all([calls.execute(operation).catch(() => {}), clock.advance(5000)])
    expect(ended.map(({ name, attributes }) => [name, attributes['error.type']])).toEqual([
      ['spillway.attempt', '503'],
      ['spillway.attempt', '503'],
      ['spillway.call images', '503'],
    ])
  })

  test('an SDK that takes no span of the trace gets none, and no attribute is made', async () => {
    const sdk = await startSdk(new AlwaysOffSampler())
    const { calls, clock } = await world([retry(twoSeconds)], {}, { tracerProvider: sdk.providers.tracerProvider })
    const flags: unknown[] = []
    const answer = calls.execute(async ({ attempt }) => {
      flags.push(trace.getActiveSpan()?.spanContext().traceFlags)
      if (attempt === 1) throw new Error('busy')
    })
    await clock.run()
    await answer
    await sdk.flush()
    // What the operation asks for is not sampled either.
    expect([sdk.receiver.spans(), flags]).toEqual([[], [0, 0]])
  })
})
