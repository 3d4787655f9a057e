import { circuitBreaker, ConsecutiveBreaker, constantBackoff, failover, retry, streamed, timeout } from '@spillway/core'
import { scriptedOperation } from '@spillway/core/testing'
import { describe, expect, test } from 'vitest'
import { classifier, overloaded, Refused } from './refused.ts'
import { eventsOf, world } from './world.ts'

const twoSeconds = { backoff: constantBackoff(2000), jitter: 'none' } as const

describe('a call whose retry helped', () => {
  test('is no error and has its attempts as children, on the clock of the pipeline; the failed attempt is one', async () => {
    const { calls, clock, trace: read } = await world([retry(twoSeconds)], { classifier })
    const operation = scriptedOperation([
      { error: new Refused(overloaded), afterMs: 1000 },
      { value: 1, afterMs: 3000 },
    ])
    const answer = calls.execute(operation)
    await clock.run()
    await answer
    const { calls: spans, attemptsOf } = await read()
    const [call] = spans
    const attempts = attemptsOf(call)
    expect(call?.startMs).toBe(Date.UTC(2026, 0, 1))
    const began = call?.startMs ?? 0
    expect([call, ...attempts].map((span) => [(span?.startMs ?? 0) - began, (span?.endMs ?? 0) - began])).toEqual([
      [0, 6000],
      [0, 1000],
      [3000, 6000],
    ])
    expect([call?.status, ...attempts.map(({ status }) => status)]).toEqual([{ code: 0 }, { code: 2 }, { code: 0 }])
    expect([call?.kind, attempts[0]?.kind]).toEqual([1, 1])
    expect(call?.attributes).toMatchObject({
      'spillway.outcome.class': 'success',
      'spillway.call.attempts': 2,
      'spillway.call.retries': 1,
      'spillway.call.working': 4,
      'spillway.call.waiting': 2,
    })
    expect(call?.attributes).not.toHaveProperty('error.type')
    expect(attempts[0]?.attributes).toMatchObject({
      'error.type': '503',
      'http.response.status_code': 503,
      'spillway.provider.code': 'UNAVAILABLE',
      'spillway.outcome.class': 'overloaded',
    })
    expect(attempts.map(({ attributes }) => attributes['http.request.resend_count'])).toEqual([undefined, 1])
    expect(call?.events).toMatchObject([
      { name: 'spillway.retry.scheduled', attributes: { 'spillway.delay': 2, 'spillway.outcome.class': 'overloaded' } },
    ])
  })
})

describe('a call that failed', () => {
  test('says why in one span: verdict, endpoint, status, code, attempts, waiting against working', async () => {
    const parts = [retry({ ...twoSeconds, maxAttempts: 3 }), failover({ endpoints: [{ name: 'official' }] })]
    const { calls, clock, trace: read } = await world(parts, { classifier })
    const answer = calls.execute(scriptedOperation([{ error: new Refused(overloaded), afterMs: 500 }])).catch(() => {})
    await clock.run()
    await answer
    const [call] = (await read()).calls
    expect(call?.status).toEqual({ code: 2 })
    expect(call?.attributes).toEqual({
      'spillway.pipeline.name': 'images',
      'spillway.outcome.class': 'overloaded',
      'spillway.endpoint.name': 'official',
      'error.type': '503',
      'http.response.status_code': 503,
      'spillway.provider.code': 'UNAVAILABLE',
      'spillway.billed': 'no',
      'spillway.call.attempts': 3,
      'spillway.call.retries': 2,
      'spillway.call.hedges': 0,
      'spillway.call.failovers': 0,
      'spillway.call.working': 1.5,
      'spillway.call.waiting': 4,
    })
    expect(call?.events.find(({ name }) => name === 'exception')?.attributes).toEqual({ 'exception.type': 'Refused' })
    expect(eventsOf(call)).toContain('spillway.retry.exhausted')
  })

  test('because a circuit was open has no attempt, and says so', async () => {
    const breaker = circuitBreaker({ breaker: () => new ConsecutiveBreaker(1), openAfterMs: 0 })
    const { calls, clock, trace: read, receiver } = await world([breaker], { classifier })
    const operation = scriptedOperation([{ error: new Refused(overloaded), afterMs: 500 }])
    await Promise.all([calls.execute(operation).catch(() => {}), clock.advance(500)])
    await calls.execute(operation).catch(() => {})
    const { calls: spans, attemptsOf } = await read()
    expect(operation.runs).toBe(1)
    expect(attemptsOf(spans[1])).toEqual([])
    expect(spans[1]?.status).toEqual({ code: 2 })
    expect(spans[1]?.attributes).toMatchObject({
      'spillway.outcome.class': 'rejected',
      'error.type': 'CircuitOpenError',
      'spillway.call.attempts': 0,
    })
    expect(eventsOf(spans[1])).toContain('spillway.circuit.rejected')
    expect(receiver.logs()).toMatchObject([
      { name: 'spillway.circuit.opened', severity: 13, attributes: { 'spillway.pipeline.name': 'images' } },
      { name: 'spillway.call.completed', severity: 13, attributes: { 'error.type': '503' } },
      { name: 'spillway.call.completed', severity: 13, attributes: { 'error.type': 'CircuitOpenError' } },
    ])
  })

  test('because of a limit is named after it', async () => {
    const { calls, clock, trace: read } = await world([timeout({ totalMs: 1000 })])
    const answer = calls.execute(scriptedOperation([{ hang: true }])).catch(() => {})
    await clock.run()
    await answer
    const [call] = (await read()).calls
    expect(call?.attributes).toMatchObject({ 'error.type': 'timeout', 'spillway.call.working': 1 })
    expect(eventsOf(call)).toContain('spillway.timeout.exceeded')
  })

  test('because its caller left is no error', async () => {
    const { calls, clock, trace: read } = await world([retry()])
    const caller = new AbortController()
    const answer = calls.execute(scriptedOperation([{ hang: true }]), { signal: caller.signal }).catch(() => {})
    await clock.advance(100)
    caller.abort()
    await answer
    const { calls: spans, attemptsOf } = await read()
    const both = [spans[0], ...attemptsOf(spans[0])]
    expect(both.map((span) => [span?.status.code, span?.attributes['spillway.outcome.class']])).toEqual([
      [0, 'canceled'],
      [0, 'canceled'],
    ])
    expect(both.flatMap(eventsOf)).toEqual([])
  })
})

describe('a stream', () => {
  test('ends its spans when it has been read', async () => {
    const { calls, clock, trace: read } = await world([retry()])
    const answer = calls.execute((context) =>
      streamed(
        context,
        (async function* () {
          await context.sleep(200)
          yield 'water'
          await context.sleep(800)
          yield 'goes'
        })(),
      ),
    )
    const reading = (async () => {
      for await (const part of await answer) expect(part).toBeTypeOf('string')
    })()
    await clock.run()
    await reading
    const { calls: spans, attemptsOf } = await read()
    const [attempt] = attemptsOf(spans[0])
    expect([spans[0], attempt].map((span) => (span?.endMs ?? 0) - (span?.startMs ?? 0))).toEqual([1000, 1000])
    expect(attempt?.attributes).toMatchObject({ 'spillway.attempt.time_to_content': 0.2 })
  })
})
