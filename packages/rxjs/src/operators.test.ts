import { exponentialBackoff } from '@spillway/core'
import { VirtualClock } from '@spillway/core/testing'
import { concat, defer, EMPTY, merge } from 'rxjs'
import { describe, expect, test } from 'vitest'
import { cold, diagram, record } from './__fixtures__/marbles.ts'
import { breaker } from './breaker.ts'
import { bulkhead } from './bulkhead.ts'
import { retryWith } from './retry-with.ts'

const busy = new Error('busy')

describe('retryWith', () => {
  const backoff = exponentialBackoff({ initialDelayMs: 2, maxDelayMs: 100 })

  test('subscribes again after growing delays, and gives the last error when it stops', async () => {
    const clock = new VirtualClock()
    const source = cold(clock, '-#', busy)
    const heard = record(clock, source.pipe(retryWith({ maxAttempts: 3, backoff }, { clock })))
    await clock.advance(50)
    expect(source.subscriptions).toEqual(['0 to 1', '3 to 4', '8 to 9'])
    expect(heard).toEqual(diagram('---------#', undefined, busy))
    expect(heard[0]?.notification).toHaveProperty('error', busy)
  })

  test('asks the classifier which failures another try may mend', async () => {
    const clock = new VirtualClock()
    const source = cold(clock, '-#', busy)
    const classifier = { error: () => ({ kind: 'request_failed' }) as const }
    record(clock, source.pipe(retryWith({}, { clock, classifier })))
    await clock.advance(5000)
    expect(source.subscriptions).toHaveLength(1)
  })

  test('starts anew for each subscription', async () => {
    const clock = new VirtualClock()
    const source = cold(clock, '#', busy)
    const retried = source.pipe(retryWith({ maxAttempts: 2, backoff }, { clock }))
    record(clock, concat(retried.pipe(retryWith({ maxAttempts: 1 }, { clock })), EMPTY))
    record(clock, retried)
    await clock.advance(50)
    expect(source.subscriptions).toHaveLength(4)
  })

  test('refuses wrong options before any subscription', () => {
    expect(() => retryWith({ maxAttempts: 0 })).toThrow('retry.maxAttempts')
  })
})

describe('breaker', () => {
  test('does not subscribe while open, and probes when the break is over', async () => {
    const clock = new VirtualClock()
    const guard = breaker<string>({ halfOpenAfter: 100 }, { clock })
    const broken = cold(clock, '-#', busy)
    for (let i = 0; i < 5; i++) {
      record(clock, broken.pipe(guard))
      await clock.advance(2)
    }
    const refused = record(clock, broken.pipe(guard))
    await clock.advance(1)
    expect(refused[0]?.notification).toHaveProperty('error.code', 'ERR_SPILLWAY_CIRCUIT_OPEN')
    expect(broken.subscriptions).toHaveLength(5)
    await clock.advance(100)
    const probe = record(clock, cold(clock, '-a|').pipe(guard))
    await clock.advance(5)
    expect(probe).toEqual(diagram('-a|'))
    const closed = record(clock, cold(clock, '-a|').pipe(guard))
    await clock.advance(5)
    expect(closed).toEqual(diagram('-a|'))
  })
})

describe('bulkhead', () => {
  test('subscribes to so many at once, and to the next when one ends', async () => {
    const clock = new VirtualClock()
    const two = bulkhead<string>({ maxConcurrency: 2 }, { clock })
    const sources = ['a--|', 'b-----|', 'c-|'].map((marbles) => cold(clock, marbles))
    const heard = record(clock, merge(...sources.map((source) => source.pipe(two))))
    await clock.advance(20)
    expect(heard).toEqual(diagram('(ab)').concat(diagram('---c--|')))
    expect(sources.map((source) => source.subscriptions)).toEqual([['0 to 3'], ['0 to 6'], ['3 to 5']])
  })

  test('refuses whom it has no place for', async () => {
    const clock = new VirtualClock()
    const one = bulkhead<string>({ maxConcurrency: 1, queueLimit: 0 }, { clock })
    record(clock, cold(clock, 'a').pipe(one))
    const refused = record(clock, defer(() => cold(clock, 'b')).pipe(one))
    await clock.advance(1)
    expect(refused[0]?.notification).toHaveProperty('error.code', 'ERR_SPILLWAY_BULKHEAD_FULL')
  })
})
