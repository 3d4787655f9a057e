import {
  circuitBreaker,
  ConsecutiveBreaker,
  pipeline,
  windowBreaker,
  type IBreaker,
  type TimedBreaker,
} from '@spillway/core'
import { VirtualClock } from '@spillway/core/testing'
import { describe, expect, test } from 'vitest'
import { cautiousBreaker } from '../index.ts'

const WINDOW = { windowMs: 60_000, minimumCalls: 2, failureRatio: 0.5 }

const guarded = (breaker: () => IBreaker) => {
  const clock = new VirtualClock()
  const circuit = circuitBreaker({ breaker })
  const calls = pipeline([circuit], { clock, classifier: { error: () => ({ kind: 'overloaded' }) }, check: false })
  return {
    circuit,
    fail: () => calls.execute(() => Promise.reject(new Error('no'))).catch(() => {}),
    succeed: () => calls.execute(async () => 1),
  }
}

describe('a strategy that may be warned', () => {
  test('goes by the usual one without a warning, by the strict one with it, and opens for no warning alone', async () => {
    let warned = false
    const { circuit, fail, succeed } = guarded(() =>
      cautiousBreaker(new ConsecutiveBreaker(5), new ConsecutiveBreaker(2), () => warned),
    )
    await fail()
    await fail()
    await fail()
    expect(circuit.stateOf()).toBe('closed')
    warned = true
    await succeed()
    expect(circuit.stateOf()).toBe('closed')
    await fail()
    expect(circuit.stateOf()).toBe('closed')
    await fail()
    expect(circuit.stateOf()).toBe('open')
  })

  test('may be one that looks at time', async () => {
    let warned = false
    const { circuit, fail, succeed } = guarded(() =>
      cautiousBreaker(windowBreaker({ ...WINDOW, failureRatio: 0.9 }), windowBreaker(WINDOW), () => warned),
    )
    for (let i = 0; i < 3; i++) await succeed()
    for (let i = 0; i < 4; i++) await fail()
    expect(circuit.stateOf()).toBe('closed')
    warned = true
    // Four failures of eight calls: enough for the strict one, and it is an answer that has just come.
    await succeed()
    expect(circuit.stateOf()).toBe('closed')
    await fail()
    expect(circuit.stateOf()).toBe('open')
  })

  test('that looks at time is listened to at failures alone: it knows the past when the warning comes', () => {
    let warned = false
    const both = cautiousBreaker(
      windowBreaker({ ...WINDOW, failureRatio: 0.9 }),
      windowBreaker(WINDOW),
      () => warned,
    ) as TimedBreaker
    const say = (kind: 'success' | 'failure') => both.record({ kind, durationMs: 1, now: 0 })
    expect((['success', 'failure', 'failure', 'failure'] as const).map(say)).toEqual(Array(4).fill(undefined))
    warned = true
    expect([say('success'), say('failure')]).toEqual([undefined, 'failures'])
  })

  test('saves and restores both', async () => {
    const make = () => cautiousBreaker(new ConsecutiveBreaker(5), new ConsecutiveBreaker(4), () => true)
    const first = guarded(make)
    for (let i = 0; i < 3; i++) await first.fail()
    const second = guarded(make)
    second.circuit.restore(structuredClone(first.circuit.save()))
    await second.fail()
    expect(second.circuit.stateOf()).toBe('open')
  })

  test('is of one kind', () => {
    expect(() => cautiousBreaker(new ConsecutiveBreaker(5), windowBreaker(WINDOW), () => true)).toThrow(
      'cautiousBreaker.strict',
    )
    expect(() => cautiousBreaker(windowBreaker(WINDOW), new ConsecutiveBreaker(5), () => true)).toThrow(
      'cautiousBreaker.strict',
    )
    expect(() => cautiousBreaker(new ConsecutiveBreaker(5), new ConsecutiveBreaker(5), true as never)).toThrow(
      'cautiousBreaker.cautious',
    )
  })
})
