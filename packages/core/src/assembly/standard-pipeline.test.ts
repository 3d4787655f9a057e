import { describe, expect, test } from 'vitest'
import {
  BULKHEAD_DEFAULTS,
  InvalidOptionsError,
  RATE_LIMIT_DEFAULTS,
  RETRY_DEFAULTS,
  STANDARD_TIMEOUTS,
  standardPipeline,
  type VerdictKind,
} from '../index.ts'
import { recordEvents, scriptedOperation, seededRandom, VirtualClock } from '../testing.ts'
import { ended } from '../kernel/__fixtures__/ended.ts'

const names = (options?: Parameters<typeof standardPipeline>[0]): string[] =>
  standardPipeline(options)
    .describe()
    .map(({ name }) => name)

describe('the order', () => {
  const all = [
    'timeout(total)',
    'bulkhead',
    'retry',
    'hedge',
    'failover',
    'rateLimit',
    'adaptiveConcurrency',
    'circuitBreaker',
    'timeout(attempt)',
  ]

  test('counts calls outside retry and attempts inside', () => {
    expect(names()).toEqual(all)
    expect(names({ fallback: { steps: [() => 'placeholder'] } as never })).toEqual(['fallback', ...all])
  })

  test('has a place for schedule and cache, where they are wanted', () => {
    expect(names({ schedule: {}, cache: {} }).slice(0, 4)).toEqual(['schedule', 'timeout(total)', 'cache', 'bulkhead'])
  })

  test('counts what attempts use innermost, where that is wanted', () => {
    expect(names({ accounting: {} })).toEqual([...all, 'accounting'])
  })

  test.each(['bulkhead', 'retry', 'hedge', 'rateLimit', 'adaptiveConcurrency', 'circuitBreaker'] as const)(
    '%s can be left out',
    (part) => {
      expect(names({ [part]: false })).toEqual(all.filter((name) => name !== part))
    },
  )
})

describe('the defaults', () => {
  test('are the ones that the measurements chose', () => {
    expect(STANDARD_TIMEOUTS).toEqual({
      totalMs: 180_000,
      attemptMs: Infinity,
      connectMs: Infinity,
      firstByteMs: Infinity,
      idleMs: 15_000,
    })
    expect(RETRY_DEFAULTS).toMatchObject({ maxAttempts: Infinity, jitter: 'symmetric', maxRerolls: 2 })
    expect(BULKHEAD_DEFAULTS).toMatchObject({ order: 'deadline' })
    expect(RATE_LIMIT_DEFAULTS).toMatchObject({ quotas: [] })
  })

  test('reach the parts, and so does what replaces them', () => {
    const optionsOf = (name: string, options?: Parameters<typeof standardPipeline>[0]): object | undefined =>
      standardPipeline(options)
        .describe()
        .find((part) => part.name === name)?.options
    expect(optionsOf('timeout(total)')).toMatchObject({ totalMs: 180_000 })
    expect(optionsOf('timeout(attempt)')).toMatchObject({ attemptMs: Infinity, firstByteMs: Infinity, idleMs: 15_000 })
    expect(optionsOf('failover')).toMatchObject({ endpoints: ['default'], order: 'ranked' })
    expect(optionsOf('timeout(total)', { timeout: { totalMs: 5000 } })).toMatchObject({ totalMs: 5000 })
    expect(optionsOf('timeout(attempt)', { timeout: { totalMs: 5000 } })).toMatchObject({ idleMs: 15_000 })
    expect(optionsOf('retry', { retry: { maxAttempts: 4 } })).toMatchObject({ maxAttempts: 4, maxRerolls: 2 })
    expect(
      optionsOf('failover', { endpoints: [{ name: 'a' }, { name: 'b' }], failover: { order: 'ordered' } }),
    ).toMatchObject({
      endpoints: ['a', 'b'],
      order: 'ordered',
    })
  })

  test('give a call that hangs a second attempt, once enough answers are known', async () => {
    const clock = new VirtualClock()
    const calls = standardPipeline({ clock })
    for (let n = 0; n < 20; n++) {
      const answer = calls.execute(scriptedOperation([{ value: n, afterMs: 30_000 }]))
      await clock.advance(30_000)
      await answer
    }
    const operation = scriptedOperation([{ hang: true }, { value: 'image', afterMs: 30_000 }])
    const answer = calls.execute(operation)
    await clock.advance(105_000)
    expect(await answer).toBe('image')
    expect(operation.aborts).toMatchObject([{ code: 'ERR_SPILLWAY_HEDGE_LOST' }])
    expect([operation.running, clock.pending, calls.state().inFlight]).toEqual([0, 0, 0])
  })

  const requests = async (options: Parameters<typeof standardPipeline>[0], kind: VerdictKind): Promise<number> => {
    const clock = new VirtualClock()
    const calls = standardPipeline({
      clock,
      random: seededRandom(3),
      classifier: { error: () => ({ kind }) },
      ...options,
    })
    const operation = scriptedOperation<never>([{ error: new Error('503') }])
    for (let n = 0; n < 20; n++) void ended(calls.execute(operation))
    await clock.advance(30_000)
    const before = operation.runs
    await clock.advance(120_000)
    await clock.run()
    expect(clock.pending).toBe(0)
    return operation.runs - before
  }

  test('keep a pace of two seconds at an endpoint that refuses everything', async () => {
    const paced = await requests({}, 'overloaded')
    expect(paced).toBeGreaterThan(50)
    expect(paced).toBeLessThan(90)
  })

  test('leave it to the breaker where there is no pace, and what is no overload in any case', async () => {
    expect(await requests({ adaptiveConcurrency: false }, 'overloaded')).toBeLessThan(20)
    expect(await requests({ adaptiveConcurrency: { paceMs: 0 } }, 'overloaded')).toBeLessThan(20)
    expect(await requests({}, 'transient')).toBeLessThan(20)
  })

  test('stand where an option is given as undefined', () => {
    const calls = standardPipeline({ timeout: { totalMs: undefined } } as never)
    expect(calls.describe()[0]?.options).toMatchObject({ totalMs: 180_000 })
  })

  test('keep asking an overloaded model until it answers, within three minutes', async () => {
    const clock = new VirtualClock()
    const calls = standardPipeline({
      clock,
      random: seededRandom(3),
      classifier: { error: () => ({ kind: 'overloaded' }) },
    })
    const busy = { error: new Error('503') }
    const operation = scriptedOperation([
      ...Array.from({ length: 12 }, () => busy),
      { value: 'image', afterMs: 25_000 },
    ])
    const answer = calls.execute(operation)
    await clock.run()
    expect(await answer).toBe('image')
    expect(operation.runs).toBe(13)
    expect(clock.now()).toBeLessThan(180_000)
    expect(clock.pending).toBe(0)
  })

  test('give up within three minutes, and leave nothing behind', async () => {
    const clock = new VirtualClock()
    const calls = standardPipeline({
      clock,
      random: seededRandom(3),
      classifier: { error: () => ({ kind: 'overloaded' }) },
    })
    const { events } = recordEvents(calls)
    const answer = ended(calls.execute(scriptedOperation([{ error: new Error('503') }])))
    await clock.run()
    expect(await answer).toBeInstanceOf(Error)
    expect(clock.now()).toBeLessThanOrEqual(180_000)
    expect(events.at(-1)).toMatchObject({ type: 'call.completed' })
    expect(calls.state().inFlight).toBe(0)
    expect(clock.pending).toBe(0)
  })
})

describe('what is wrong is said when it is made', () => {
  test.each([
    [{ retries: 3 }, 'standardPipeline.retries'],
    [{ timeout: { totalMS: 5 } }, 'standardPipeline.timeout.totalMS'],
    [{ timeout: 5000 }, 'standardPipeline.timeout must be an object, got 5000.'],
    [{ timeout: { totalMs: -5 } }, 'timeout.totalMs'],
    [{ retry: { maxAttempts: 0 } }, 'retry.maxAttempts'],
    [{ retry: true }, 'retry must be an object, got true.'],
    [{ endpoints: [] }, 'failover.endpoints'],
    [{ hedge: { maxHedges: -1 } }, 'hedge.maxHedges'],
    [{ adaptiveConcurrency: { paceMs: -1 } }, 'adaptiveConcurrency.paceMs'],
    [{ fallback: { steps: [] } }, 'fallback.steps'],
    [{ classifier: {} }, 'pipeline.classifier'],
    [null, 'standardPipeline must be an object'],
  ])('%o', (options, message) => {
    expect(() => standardPipeline(options as never)).toThrow(InvalidOptionsError)
    expect(() => standardPipeline(options as never)).toThrow(message)
  })
})
