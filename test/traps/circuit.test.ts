import {
  bulkhead,
  circuitBreaker,
  ConsecutiveBreaker,
  failover,
  pipeline,
  rateLimit,
  standardPipeline,
  type Gate,
  type IBreaker,
  type RejectedError,
  type Verdict,
} from '@spillway/core'
import { recordEvents, scriptedOperation, VirtualClock } from '@spillway/core/testing'
import { describe, expect, test } from 'vitest'

const caught = (error: unknown): unknown => error

/** A strategy that never opens and writes down what it is told. */
const listening = (heard: string[]): IBreaker => ({
  state: undefined,
  success: () => void heard.push('success'),
  failure: () => heard.push('failure') < 0,
})

// trap: trips-at-low-traffic
test('five failures in two minutes open the circuit of the standard pipeline', async () => {
  const clock = new VirtualClock()
  const calls = standardPipeline({ clock, retry: false })
  const recording = recordEvents(calls)
  for (let i = 0; i < 5; i++) {
    await calls.execute(() => Promise.reject(new Error('down'))).catch(caught)
    await clock.advance(24_000)
  }
  expect(recording.timeline('circuit.opened')).toEqual(['96000 circuit.opened'])
})

describe('a strategy', () => {
  // trap: completed-calls-only
  test('hears of calls that have ended, not of those at work, those refused and those whose caller left', async () => {
    const clock = new VirtualClock()
    const heard: string[] = []
    const calls = pipeline(
      [circuitBreaker({ breaker: () => listening(heard) }), bulkhead({ maxConcurrency: 2, queueLimit: 0 })],
      { clock },
    )
    const slow = calls.execute(scriptedOperation([{ error: new Error('down'), afterMs: 1000 }])).catch(caught)
    const caller = new AbortController()
    const leaver = calls.execute(scriptedOperation([{ hang: true }]), { signal: caller.signal }).catch(caught)
    for (let i = 0; i < 9; i++) await calls.execute(async () => 1).catch(caught)
    caller.abort('gone')
    await leaver
    expect(heard).toEqual([])
    await clock.advance(1000)
    await slow
    expect(heard).toEqual(['failure'])
  })

  test('hears nothing of calls that the circuit itself refused', async () => {
    const clock = new VirtualClock()
    const heard: string[] = []
    const breaker = circuitBreaker({ breaker: () => listening(heard) })
    const calls = pipeline([breaker], { clock })
    breaker.isolate()
    for (let i = 0; i < 9; i++) await calls.execute(async () => 1).catch(caught)
    expect(heard).toEqual([])
  })
})

describe('what Spillway refuses itself', () => {
  // trap: rejections-blame-nobody
  test('opens no circuit: a full bulkhead, a spent quota', async () => {
    const clock = new VirtualClock()
    const breaker = circuitBreaker({ breaker: () => new ConsecutiveBreaker(1) })
    const calls = pipeline(
      [
        breaker,
        rateLimit({ quotas: [{ permits: 1, periodMs: 60_000 }], queueLimit: 0 }),
        bulkhead({ maxConcurrency: 1, queueLimit: 0 }),
      ],
      { clock },
    )
    const names = new Set<unknown>()
    const refuse = async (): Promise<void> => {
      for (let i = 0; i < 10; i++) names.add(((await calls.execute(async () => 1).catch(caught)) as Error).name)
    }
    const running = calls.execute(scriptedOperation([{ value: 'done', afterMs: 100_000 }]))
    await refuse()
    await clock.advance(60_000)
    await refuse()
    await clock.advance(40_000)
    expect(names).toEqual(new Set(['RateLimitExceededError', 'BulkheadFullError']))
    expect([await running, breaker.stateOf()]).toEqual(['done', 'closed'])
  })

  // trap: rejections-blame-nobody
  test('sends later calls to no other endpoint', async () => {
    const clock = new VirtualClock()
    let closed = false
    const refusal = { isSpillwayError: true, code: 'X', verdict: { kind: 'rejected', scope: 'endpoint' } }
    const door: Gate = {
      name: 'door',
      enter: ({ endpoint }) =>
        closed && endpoint?.name === 'a' ? (Object.assign(new Error('no'), refusal) as RejectedError) : undefined,
      leave() {},
    }
    const calls = pipeline([failover({ endpoints: [{ name: 'a' }, { name: 'b' }] }), door], { clock })
    const tookMs: Record<string, number> = { a: 1000, b: 1500 }
    const ask = async (): Promise<unknown> => {
      const answer = calls.execute(async ({ endpoint }) => {
        await new Promise<void>((resolve) => clock.setTimer(tookMs[endpoint?.name ?? ''] ?? 0, resolve))
        return endpoint?.name
      })
      await clock.advance(1500)
      return answer
    }
    expect([await ask(), await ask(), await ask()]).toEqual(['a', 'b', 'a'])
    closed = true
    expect([await ask(), await ask(), await ask()]).toEqual(['b', 'b', 'b'])
    closed = false
    expect(await ask()).toBe('a')
  })
})

// trap: short-breaks
test('calls of a minute and breaks of four seconds: what overhangs a break neither opens it again nor closes it', async () => {
  const clock = new VirtualClock()
  const classifier = { error: (error: unknown) => error as Verdict }
  const breaker = circuitBreaker({ breaker: () => new ConsecutiveBreaker(3), halfOpenAfter: 4000 })
  const calls = pipeline([breaker], { clock, classifier })
  const recording = recordEvents(calls)
  const failing = scriptedOperation([{ error: { kind: 'overloaded' }, afterMs: 60_000 }])
  const overhang = Array.from({ length: 10 }, () => calls.execute(failing).catch(caught))
  await clock.advance(55_000)
  for (let i = 0; i < 3; i++) await calls.execute(() => Promise.reject({ kind: 'overloaded' })).catch(caught)
  await clock.advance(4000)
  expect(await calls.execute(async () => 'probe')).toBe('probe')
  await clock.advance(10_000)
  expect(await Promise.all(overhang)).toHaveLength(10)
  expect(recording.timeline('circuit.opened', 'circuit.closed')).toEqual([
    '55000 circuit.opened',
    '59000 circuit.closed',
  ])
  expect(breaker.stateOf()).toBe('closed')
})
