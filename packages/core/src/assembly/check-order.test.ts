import { readFileSync } from 'node:fs'
import { ConstantBackoff, ExponentialBackoff, IterableBackoff, noJitterGenerator } from 'cockatiel'
import { describe, expect, test, vi } from 'vitest'
import {
  accounting,
  bulkhead,
  checkOrder,
  circuitBreaker,
  constantBackoff,
  exponentialBackoff,
  failover,
  fallback,
  hedge,
  pipeline,
  rateLimit,
  retry,
  standardPipeline,
  timeout,
  windowBreaker,
  type OrderWarning,
  type Part,
  type Policy,
} from '../index.ts'
import { VirtualClock } from '../testing.ts'
import { ORDER_RULES } from './order-rules.ts'

const endpoints = [{ name: 'official' }, { name: 'relay' }]
const another = (): Part => fallback({ steps: [() => 'another'] })
/** Policies of which only kind and options count here. */
const part = (kind: string, options: object = {}): Policy => ({
  name: `my ${kind}`,
  kind,
  options,
  execute: (next, context) => next(context),
})
const total = (totalMs: number): Part => timeout({ name: 'total', totalMs })
const attempt = (attemptMs: number): Part => timeout({ name: 'attempt', attemptMs })
const codes = (parts: readonly Part[]): string[] => checkOrder(parts).map(({ code }) => code)

describe('an order that contradicts itself', () => {
  test.each<[string, readonly Part[], string]>([
    ['a limit for an attempt outside retry', [attempt(1000), retry()], 'ATTEMPT_LIMIT_OUTSIDE_RETRY'],
    [
      'a limit for an attempt outside failover',
      [attempt(1000), failover({ endpoints })],
      'ATTEMPT_LIMIT_OUTSIDE_RETRY',
    ],
    ['a limit for the call inside retry', [retry(), total(1000)], 'TOTAL_INSIDE_RETRY'],
    ['two limits for the call', [total(2000), bulkhead(), total(1000)], 'TWO_TOTALS'],
    ['a call shorter than an attempt', [total(1000), retry(), attempt(2000)], 'TOTAL_SHORTER_THAN_ATTEMPT'],
    ['a call as long as an attempt', [total(1000), retry(), attempt(1000)], 'TOTAL_SHORTER_THAN_ATTEMPT'],
    ['both in one timeout', [timeout({ totalMs: 1000, attemptMs: 2000 })], 'TOTAL_SHORTER_THAN_ATTEMPT'],
    ['a first byte after the call', [total(1000), timeout({ firstByteMs: 1000 })], 'TOTAL_SHORTER_THAN_ATTEMPT'],
    ['retry inside retry', [retry({ name: 'outer' }), bulkhead(), retry()], 'RETRY_INSIDE_RETRY'],
    ['retry inside hedge', [part('hedge'), retry()], 'RETRY_INSIDE_HEDGE'],
    [
      'failover inside the limit of an endpoint',
      [rateLimit(), failover({ endpoints })],
      'FAILOVER_INSIDE_ENDPOINT_LIMIT',
    ],
    ['accounting outside retry', [accounting(), retry()], 'ACCOUNTING_OUTSIDE_ATTEMPTS'],
    ['fallback inside retry', [retry(), another()], 'FALLBACK_HIDES_FAILURES'],
    ['fallback inside failover', [failover({ endpoints }), another()], 'FALLBACK_HIDES_FAILURES'],
    ['fallback inside a breaker', [circuitBreaker(), another()], 'FALLBACK_HIDES_FAILURES'],
    ['fallback inside cache', [part('cache'), another()], 'FALLBACK_INSIDE_CACHE'],
    ['cache inside retry', [retry(), part('cache')], 'CACHE_INSIDE_RETRY'],
    ['a wait longer than the call', [total(1000), bulkhead({ maxWaitMs: 1000 })], 'WAIT_LONGER_THAN_TOTAL'],
    ['a wait for a permit', [total(1000), rateLimit({ maxWaitMs: 5000 })], 'WAIT_LONGER_THAN_TOTAL'],
    ['a hedge after the call', [total(1000), hedge({ delayMs: 1000 })], 'HEDGE_AFTER_TOTAL'],
    ['a hedge after its attempt', [hedge({ delayMs: 1000 }), attempt(900)], 'HEDGE_AFTER_ATTEMPT'],
    ['a schedule inside a short call', [total(180_000), part('schedule')], 'SCHEDULE_INSIDE_SHORT_TOTAL'],
    [
      'a window shorter than two attempts',
      [circuitBreaker({ breaker: () => windowBreaker({ windowMs: 10_000 }) }), attempt(6000)],
      'WINDOW_SHORTER_THAN_ATTEMPT',
    ],
  ])('%s', (_, parts, code) => {
    expect(codes(parts)).toEqual([`SPILLWAY_${code}`])
  })

  test.each([
    ['ours', exponentialBackoff({ initialDelayMs: 10, maxDelayMs: 60_000 })],
    ['constant', constantBackoff(60_000)],
    ["cockatiel's", new ExponentialBackoff({ initialDelay: 1, maxDelay: 70_000, generator: noJitterGenerator })],
    ['a list', new IterableBackoff([1, 2, 60_000])],
    ['a constant of theirs', new ConstantBackoff(60_000)],
  ])('a backoff with a delay longer than the call: %s', (_, backoff) => {
    expect(codes([total(60_000), retry({ backoff })])).toEqual(['SPILLWAY_BACKOFF_LONGER_THAN_TOTAL'])
    expect(codes([total(90_000), retry({ backoff })])).toEqual([])
  })

  test('goes by kinds: a name changes nothing, and is what the message says', () => {
    const [warning] = checkOrder([retry({ name: 'patience' }), bulkhead(), retry({ name: 'stubbornness' })])
    expect(warning).toMatchObject({ policies: ['patience', 'stubbornness'] })
    expect(warning?.message).toMatch(/^stubbornness stands inside patience: /)
  })

  test('is told once, however often it occurs', () => {
    expect(codes([retry(), retry(), retry(), another()])).toEqual([
      'SPILLWAY_RETRY_INSIDE_RETRY',
      'SPILLWAY_FALLBACK_HIDES_FAILURES',
    ])
  })
})

describe('nothing is wrong with', () => {
  test.each<[string, readonly Part[]]>([
    ['no policy', []],
    [
      'the recommended order',
      [another(), total(180_000), bulkhead(), retry(), failover({ endpoints }), attempt(60_000)],
    ],
    ['limits that are none', [total(Infinity), retry(), attempt(Infinity), timeout({ totalMs: Infinity })]],
    ['a wait as long as the deadline', [total(1000), bulkhead()]],
    ['a limit of its own for all endpoints', [rateLimit({ partitionKey: () => 'all' }), failover({ endpoints })]],
    ['a hedge in time', [total(9000), hedge({ delayMs: 1000 }), attempt(5000)]],
    ['a limit outside a pool of one', [rateLimit(), failover({ endpoints: [{ name: 'only' }] })]],
    ['a schedule outside the limit', [part('schedule'), total(180_000)]],
    ['a backoff that runs code of the caller', [total(10), retry({ backoff: { next: () => never() } })]],
    ['a window of which nobody knows', [circuitBreaker(), attempt(600_000)]],
    ['a strategy that throws', [circuitBreaker({ breaker: () => never() }), attempt(600_000)]],
    ['options that are nonsense', [part('timeout', { totalMs: 'soon' }), part('bulkhead', { maxWaitMs: {} })]],
  ])('%s', (_, parts) => {
    expect(checkOrder(parts)).toEqual([])
  })

  test('the standard pipeline', async () => {
    const check = vi.fn<(warning: OrderWarning) => void>()
    const clock = new VirtualClock()
    const calls = standardPipeline({ endpoints, timeout: { totalMs: 9000, attemptMs: 4000 }, check, clock })
    pipeline([retry(), retry()], { check })
    await vi.waitFor(() => expect(check).toHaveBeenCalledTimes(1))
    expect(calls.describe()).toHaveLength(9)
  })
})

describe('a pipeline with an odd order', () => {
  test('says so once as an event, to whoever listens from the beginning, and to the function given', async () => {
    const warnings: OrderWarning[] = []
    const calls = pipeline([retry(), another()], { name: 'images', check: (warning) => void warnings.push(warning) })
    const events: object[] = []
    calls.events.subscribe((event) => events.push(event))
    await vi.waitFor(() => expect(events).toHaveLength(1))
    expect(events[0]).toMatchObject({
      type: 'order.warned',
      code: 'SPILLWAY_FALLBACK_HIDES_FAILURES',
      pipeline: 'images',
      policies: ['retry', 'fallback'],
    })
    expect(warnings).toHaveLength(1)
    expect(warnings[0]?.link).toContain('docs/concepts/ordering.md#warnings')
    await calls.execute(async () => 1)
    expect(warnings).toHaveLength(1)
  })

  test('warns the process, with a code, and the same words once', async () => {
    const emit = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    for (let i = 0; i < 3; i++) pipeline([retry(), retry()], { name: 'doubled' })
    pipeline([retry(), retry()], { name: 'last' })
    await vi.waitFor(() => expect(emit).toHaveBeenCalledTimes(2))
    expect(emit.mock.calls[0]).toEqual([
      expect.stringMatching(/^doubled: retry stands inside retry: .* See https:/),
      { type: 'SpillwayWarning', code: 'SPILLWAY_RETRY_INSIDE_RETRY' },
    ])
    emit.mockRestore()
  })

  test('is silent where that is asked for', async () => {
    const emit = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const events: string[] = []
    pipeline([retry(), retry()], { name: 'silent', check: false }).events.subscribe(({ type }) => events.push(type))
    const told = vi.fn<() => void>()
    pipeline([retry(), retry()], { check: told })
    await vi.waitFor(() => expect(told).toHaveBeenCalledOnce())
    expect([events, emit.mock.calls]).toEqual([[], []])
    emit.mockRestore()
  })

  test('survives a function that throws, and says so', async () => {
    const calls = pipeline([retry(), retry(), another()], {
      check: () => {
        throw new RangeError('broken')
      },
    })
    const events: string[] = []
    calls.events.subscribe((event) => events.push('errorName' in event ? event.errorName : event.type))
    await vi.waitFor(() => expect(events).toEqual(['order.warned', 'RangeError', 'order.warned', 'RangeError']))
    expect(await calls.execute(async () => 'fine')).toBe('fine')
  })

  test('refuses a check that is none', () => {
    expect(() => pipeline([], { check: 'no' as never })).toThrow('pipeline.check')
  })
})

test('every warning is explained in the documentation, and no other', () => {
  const page = readFileSync(new URL('../../../../docs/concepts/ordering.md', import.meta.url), 'utf8')
  const explained = [...page.matchAll(/^\| `(SPILLWAY_\w+)`/gm)].map(([, code]) => code)
  expect(explained).toEqual(ORDER_RULES.map(({ code }) => code))
})

const never = (): never => {
  throw new Error('asked')
}
