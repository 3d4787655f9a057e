import { bulkhead, circuitBreaker, constantBackoff, fallback, pipeline, retry, timeout } from '@spillway/core'
import { recordEvents, scriptedOperation, VirtualClock } from '@spillway/core/testing'
import { describe, expect, test } from 'vitest'

const ended = (answer: Promise<unknown>): Promise<unknown> =>
  answer.then(
    (value) => value,
    (error: unknown) => error,
  )

describe('retry around timeout', () => {
  test('each attempt gets its own time limit', async () => {
    const clock = new VirtualClock()
    const calls = pipeline([retry({ maxAttempts: 3, jitter: 'none' }), timeout({ attemptMs: 1000 })], { clock })
    const recording = recordEvents(calls)
    const answer = ended(calls.execute(scriptedOperation([{ hang: true }])))
    await clock.run()
    expect(await answer).toMatchObject({ phase: 'attempt' })
    expect(recording.timeline()).toEqual([
      '0 call.started',
      '0 attempt.started',
      '1000 timeout.exceeded',
      '1000 attempt.completed',
      '1000 retry.scheduled',
      '1500 attempt.started',
      '2500 timeout.exceeded',
      '2500 attempt.completed',
      '2500 retry.scheduled',
      '3500 attempt.started',
      '4500 timeout.exceeded',
      '4500 attempt.completed',
      '4500 retry.exhausted',
      '4500 call.completed',
    ])
  })

  test('the other way round, all attempts share one limit, and what they failed with is its cause', async () => {
    const clock = new VirtualClock()
    const calls = pipeline([timeout({ totalMs: 2000 }), retry({ jitter: 'none' })], { clock })
    const busy = new Error('busy')
    const operation = scriptedOperation([{ error: busy, afterMs: 400 }, { hang: true }])
    const answer = ended(calls.execute(operation))
    await clock.run()
    expect(await answer).toMatchObject({ phase: 'total', cause: busy })
    expect([operation.runs, clock.now()]).toEqual([2, 2000])
  })
})

describe('fallback around timeout', () => {
  test('answers when the whole call has run out of time', async () => {
    const clock = new VirtualClock()
    const calls = pipeline([fallback({ steps: [({ error }) => error] }), timeout({ totalMs: 1000 }), retry()], {
      clock,
    })
    const recording = recordEvents(calls)
    const answer = calls.execute(scriptedOperation([{ hang: true }]))
    await clock.run()
    expect(await answer).toMatchObject({ phase: 'total' })
    expect(recording.timeline('timeout.exceeded', 'fallback.used', 'call.completed')).toEqual([
      '1000 timeout.exceeded',
      '1000 fallback.used',
      '1000 call.completed',
    ])
  })

  test('does not answer when the caller left', async () => {
    const clock = new VirtualClock()
    const caller = new AbortController()
    const calls = pipeline([fallback({ steps: [() => 'other'] }), timeout({ totalMs: 1000 }), retry()], { clock })
    const answer = ended(calls.execute(scriptedOperation([{ hang: true }]), { signal: caller.signal }))
    await clock.advance(500)
    caller.abort('gone')
    expect(await answer).toBe('gone')
    expect(clock.pending).toBe(0)
  })
})

describe('retry around circuitBreaker', () => {
  // trap: no-attempts-on-open-circuit
  test('an open circuit burns no attempts, and its error says what opened it', async () => {
    const clock = new VirtualClock()
    const down = new Error('503')
    const calls = pipeline([retry({ backoff: constantBackoff(500) }), circuitBreaker({ whenOpen: 'reject' })], {
      clock,
    })
    const operation = scriptedOperation([{ error: down }])
    const answer = ended(calls.execute(operation))
    await clock.run()
    expect(await answer).toMatchObject({
      code: 'ERR_SPILLWAY_CIRCUIT_OPEN',
      cause: down,
      verdict: { kind: 'rejected' },
    })
    expect(operation.runs).toBe(5)
    const next = scriptedOperation([{ value: 1 }])
    expect(await ended(calls.execute(next))).toMatchObject({ code: 'ERR_SPILLWAY_CIRCUIT_OPEN', cause: down })
    expect(next.runs).toBe(0)
  })

  // trap: cancel-is-neutral
  test('what callers end opens no circuit, and what attempts lose to their limit does', async () => {
    const clock = new VirtualClock()
    const breaker = circuitBreaker({ whenOpen: 'reject' })
    const calls = pipeline([breaker, timeout({ attemptMs: 1000 })], { clock })
    for (let i = 0; i < 10; i++) {
      const caller = new AbortController()
      const answer = ended(calls.execute(scriptedOperation([{ hang: true }]), { signal: caller.signal }))
      caller.abort('gone')
      expect(await answer).toBe('gone')
    }
    expect(breaker.stateOf()).toBe('closed')
    for (let i = 0; i < 5; i++) {
      const answer = ended(calls.execute(scriptedOperation([{ hang: true }])))
      await clock.run()
      expect(await answer).toMatchObject({ phase: 'attempt' })
    }
    expect(breaker.stateOf()).toBe('open')
  })
})

describe('bulkhead outside retry', () => {
  // trap: orphans-keep-places
  test('an orphan keeps its place: limit two, never more than two at work', async () => {
    const clock = new VirtualClock()
    const calls = pipeline([bulkhead({ maxConcurrency: 2 }), retry({ maxAttempts: 1 }), timeout({ attemptMs: 100 })], {
      clock,
    })
    const operation = scriptedOperation([{ value: 'late', afterMs: 1000, deaf: true }])
    let most = 0
    const answers = Array.from({ length: 6 }, () => ended(calls.execute(operation)))
    for (let i = 0; i < 400; i++) {
      await clock.advance(10)
      most = Math.max(most, operation.running)
    }
    expect(await Promise.all(answers)).toMatchObject(Array.from({ length: 6 }, () => ({ phase: 'attempt' })))
    expect(most).toBe(2)
    expect(operation.runs).toBe(6)
    expect(calls.state().policies[0]?.state).toMatchObject({ running: 0, waiting: 0 })
  })

  test('a call keeps one place through all its attempts and waits', async () => {
    const clock = new VirtualClock()
    const calls = pipeline([bulkhead({ maxConcurrency: 1 }), retry({ jitter: 'none' })], { clock })
    const recording = recordEvents(calls)
    const first = calls.execute(scriptedOperation([{ error: new Error('busy') }, { value: 'first', afterMs: 100 }]))
    const second = calls.execute(scriptedOperation([{ value: 'second' }]))
    await clock.run()
    expect(await Promise.all([first, second])).toEqual(['first', 'second'])
    expect(recording.timeline('attempt.started', 'call.dequeued')).toEqual([
      '0 attempt.started',
      '500 attempt.started',
      '600 call.dequeued',
      '600 attempt.started',
    ])
  })
})
