import {
  bulkhead,
  circuitBreaker,
  failover,
  failure,
  fallback,
  pipeline,
  rateLimit,
  retry,
  success,
  timeout,
  type Operation,
  type Part,
  type SpillwayEvent,
  type Verdict,
  type VerdictKind,
} from '@spillway/core'
import { recordEvents, scriptedOperation, seededRandom, VirtualClock, type ScriptStep } from '@spillway/core/testing'
import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'

const KINDS: readonly VerdictKind[] = [
  'overloaded',
  'throttled',
  'quota_exhausted',
  'transient',
  'endpoint_failed',
  'request_failed',
  'canceled',
  'rejected',
]

const delayMs = fc.integer({ min: 0, max: 3000 })

/** A value that goes on arriving after it was given. */
interface Streamed {
  readonly arrivesForMs: number
  readonly breaks: boolean
  /** Whether it goes on when the signal aborts. */
  readonly deaf: boolean
}

const streamed = fc.record({ arrivesForMs: delayMs, breaks: fc.boolean(), deaf: fc.boolean() })

const step: fc.Arbitrary<ScriptStep<unknown>> = fc.oneof(
  fc.record({ value: fc.constantFrom('answer', 0), afterMs: delayMs, deaf: fc.boolean() }),
  fc.record({
    error: fc.record({ kind: fc.constantFrom(...KINDS), retryAfterMs: fc.constantFrom(0, 50, 4000, 100_000) }),
    afterMs: delayMs,
    deaf: fc.boolean(),
  }),
  fc.record({ error: fc.constant(new Error('unknown')), afterMs: delayMs, deaf: fc.boolean() }),
  fc.record({ value: streamed, afterMs: delayMs, deaf: fc.boolean() }),
  fc.constant({ hang: true as const }),
)

const streaming =
  (operation: Operation<unknown>, clock: VirtualClock): Operation<unknown> =>
  async (context) => {
    const value = await operation(context)
    if (typeof value !== 'object') return value
    const { arrivesForMs, breaks, deaf } = value as Streamed
    const body = context.openBody()
    context.progress('content')
    clock.setTimer(arrivesForMs, () =>
      body.end(breaks ? failure(new Error('cut'), { kind: 'transient' }) : success(undefined)),
    )
    if (!deaf) context.onAbort((reason) => body.end(failure(reason, { kind: 'canceled' })))
    return value
  }

const duration = fc.integer({ min: 1, max: 8000 })

/** Makes a new part for each run: state must not travel from one run to the next. */
const part: fc.Arbitrary<() => Part> = fc.oneof(
  fc
    .record({ maxAttempts: fc.integer({ min: 1, max: 6 }), maxRerolls: fc.nat(2) })
    .map((options) => () => retry(options)),
  fc
    .record(
      { totalMs: duration, attemptMs: duration, firstByteMs: duration, idleMs: duration },
      { requiredKeys: ['totalMs'] },
    )
    .map((options) => () => timeout(options)),
  fc
    .record({
      maxConcurrency: fc.integer({ min: 1, max: 3 }),
      queueLimit: fc.nat(4),
      maxWaitMs: fc.constantFrom(100, 5000, Infinity),
    })
    .map((options) => () => bulkhead(options)),
  fc
    .record({
      permits: fc.integer({ min: 1, max: 4 }),
      periodMs: duration,
      order: fc.constantFrom('fifo', 'priority', 'deadline'),
    })
    .map(
      ({ permits, periodMs, order }) =>
        () =>
          rateLimit({ quotas: [{ permits, periodMs }], order: order as 'fifo' }),
    ),
  fc.constantFrom('reject', 'wait').map((whenOpen) => () => circuitBreaker({ whenOpen: whenOpen as 'wait' })),
  fc.constant(() => failover({ endpoints: [{ name: 'a' }, { name: 'b' }] })),
  fc
    .constantFrom(true, false)
    .map((works) => () => fallback({ steps: [() => (works ? 'other' : Promise.reject(new Error('no')))] })),
)

const call = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 5 }),
  startAfterMs: fc.nat(2000),
  abortAfterMs: fc.option(fc.nat(6000), { nil: undefined }),
  priority: fc.integer({ min: -2, max: 2 }),
})

// trap: events-in-pairs
test.prop(
  [
    fc.array(part, { maxLength: 6 }),
    fc.array(call, { minLength: 1, maxLength: 6 }),
    fc.integer(),
    fc.option(fc.nat(5000), { nil: undefined }),
  ],
  { numRuns: 300 },
)(
  'whatever the policies, their order and the answers: every call ends, every place comes back, every event has its pair',
  async (makers, plans, seed, disposeAfterMs) => {
    const clock = new VirtualClock()
    // Hung operations end by this limit at the latest: without one, a call may hang as long as its operation does.
    const parts = [timeout({ totalMs: 200_000 }), ...makers.map((make) => make())]
    const calls = pipeline(parts, {
      check: false,
      clock,
      random: seededRandom(seed),
      classifier: {
        error: (error) => (error instanceof Error ? undefined : (error as Verdict)),
        value: (value) => (value === 0 ? { kind: 'empty' } : undefined),
      },
    })
    const recording = recordEvents(calls)
    const operations = plans.map(({ steps }) => scriptedOperation(steps))
    const outcomes: string[] = []
    for (const [i, { startAfterMs, abortAfterMs, priority }] of plans.entries()) {
      clock.setTimer(startAfterMs, () => {
        const caller = new AbortController()
        if (abortAfterMs !== undefined) clock.setTimer(abortAfterMs, () => caller.abort('gone'))
        calls.execute(streaming(operations[i] as Operation<unknown>, clock), { signal: caller.signal, priority }).then(
          () => outcomes.push('answered'),
          () => outcomes.push('failed'),
        )
      })
    }
    if (disposeAfterMs !== undefined) clock.setTimer(disposeAfterMs, () => void parts.map((each) => each.dispose?.()))
    await clock.run()

    const count = (type: SpillwayEvent['type']): number => recording.timeline(type).length
    expect(outcomes).toHaveLength(plans.length)
    expect(clock.pending).toBe(0)
    expect(calls.state().inFlight).toBe(0)
    for (const { state } of calls.state().policies) {
      if ('running' in state) expect(state.running).toBe(0)
      if ('waiting' in state) expect(state.waiting).toBe(0)
    }
    const runs = operations.reduce((sum, operation) => sum + operation.runs, 0)
    expect(count('attempt.started')).toBe(runs)
    expect(count('attempt.completed')).toBe(runs)
    expect(count('call.started')).toBe(plans.length)
    expect(count('call.completed')).toBe(plans.length)
    // A fallback step that throws is part of the play; nothing else in it does.
    const diagnosed = recording.events.filter((event) => event.type === 'diagnostic.reported')
    expect(diagnosed.filter(({ source }) => !source.startsWith('fallback.steps'))).toEqual([])
    expect(operations.every(({ running }) => running === 0)).toBe(true)
  },
)
