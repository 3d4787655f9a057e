import type { Circuit } from './circuit.ts'
import { describe, expect, test } from 'vitest'
import type { VerdictKind } from '../../kernel/verdict.ts'
import { windowBreaker } from './window-breaker.ts'
import type { BreakerSample, TimedBreaker } from './timed-breaker.ts'
import { circuitOf, opened, run, LEASE_MS } from './__fixtures__/circuit.ts'

describe('what a row of refusals is worth', () => {
  test('a row begins anew when it ended with something that lives', () => {
    const circuit = circuitOf({ openAfterMs: 6000 })
    run(circuit, 'overloaded', 0)
    circuit.admit(1000, 'lives')
    run(circuit, 'overloaded', 5000)
    run(circuit, 'overloaded', 6000)
    expect(circuit.state).toBe('closed')
    // The strategy has forgotten the three: two more are not enough, however late.
    run(circuit, 'overloaded', 20_000)
    run(circuit, 'overloaded', 40_000)
    expect(circuit.state).toBe('closed')
  })

  test('a success in between ends the row, so that the time of the failures counts from the next one', () => {
    const circuit = circuitOf({ openAfterMs: 6000, failures: 2 })
    run(circuit, 'overloaded', 0)
    circuit.settle(circuit.admit(5000, 'call'), 'success', 5000, undefined)
    run(circuit, 'overloaded', 6500)
    run(circuit, 'overloaded', 7000)
    expect(circuit.state).toBe('closed')
    run(circuit, 'overloaded', 12_500)
    expect(circuit.state).toBe('open')
  })

  test.each([
    [LEASE_MS - 1, 'closed'],
    [LEASE_MS, 'open'],
  ])('a failure after %i ms, while others live, leaves it %s: the lease says what comes at once', (takesMs, state) => {
    const circuit = circuitOf({ openAfterMs: 6000 })
    run(circuit, 'overloaded', 0)
    run(circuit, 'overloaded', 0)
    circuit.admit(1000, 'lives')
    circuit.settle(circuit.admit(10_000, 'call'), 'transient', 10_000 + takesMs, undefined)
    expect(circuit.state).toBe(state)
  })
})

describe('what a strategy that knows the time', () => {
  test('hears of each call: how it ended, how long it took, and when', () => {
    const samples: BreakerSample[] = []
    const record = (sample: BreakerSample): undefined => void samples.push(sample)
    const breaker: TimedBreaker = { ...windowBreaker(), record }
    const circuit = circuitOf({ breaker })
    circuit.settle(circuit.admit(1000, 'call'), 'success', 1500, undefined)
    circuit.settle(circuit.admit(2000, 'call'), 'transient', 2250, undefined)
    expect(samples).toEqual([
      { kind: 'success', durationMs: 500, now: 1500 },
      { kind: 'failure', durationMs: 250, now: 2250 },
    ])
  })

  test('says of slow failures opens it at once, however short they have lasted', () => {
    const breaker = windowBreaker({ slowCallMs: 60_000, minimumCalls: 2 })
    const circuit = circuitOf({ breaker, openAfterMs: 100_000 })
    const slow = [0, 0].map((now) => circuit.admit(now, 'call'))
    expect(slow.map((each) => circuit.settle(each, 'transient', 60_000, undefined))).toEqual([undefined, 'opened'])
  })
})

describe('what decides nothing', () => {
  test.each<VerdictKind>(['request_failed', 'empty', 'canceled', 'rejected'])(
    'a long hint on %s, which says nothing about the endpoint',
    (kind) => {
      const circuit = circuitOf()
      for (let i = 0; i < 5; i++) run(circuit, kind, i, 3_600_000)
      expect(circuit.state).toBe('closed')
    },
  )

  test('a result from before it was held open by hand', () => {
    const circuit = circuitOf({ failures: 1 })
    const before = circuit.admit(0, 'call')
    circuit.isolate()
    expect(circuit.settle(before, 'overloaded', 10, undefined)).toBeUndefined()
    expect([circuit.state, circuit.inFlight]).toEqual(['isolated', 0])
  })
})

test('the ramp after closing has steps of three seconds at most, whatever the lease', () => {
  const circuit = circuitOf({ probeLeaseMs: 60_000 })
  opened(circuit)
  circuit.settle(circuit.admit(10_000, 'probe'), 'success', 10_000, undefined)
  for (let i = 0; i < 2; i++) circuit.admit(10_000, 'call')
  expect([circuit.readyInMs(10_000), circuit.readyInMs(13_000)]).toEqual([3000, 0])
})

describe('a circuit that is advised', () => {
  const advised = (circuit: Circuit<string>, now: number): ReturnType<Circuit<string>['settle']> =>
    circuit.settle(circuit.admit(now, 'call'), 'transient', now, undefined, true)

  test('opens at one failure, which is not the same as having found enough', () => {
    const circuit = circuitOf({ openAfterMs: 6000 })
    expect([advised(circuit, 0), circuit.openedBy]).toEqual(['opened', 'advice'])
    expect([run(circuit, 'transient', 10_000), circuit.openedBy]).toEqual(['opened', 'advice'])
    expect([run(circuit, 'success', 30_000), circuit.openedBy]).toEqual(['closed', undefined])
  })

  test('knows by itself what it has found by itself', () => {
    const circuit = circuitOf()
    run(circuit, 'transient', 0)
    run(circuit, 'transient', 0)
    expect([advised(circuit, 0), circuit.openedBy]).toEqual(['opened', 'failures'])
    const spent = circuitOf()
    expect([run(spent, 'quota_exhausted', 0), spent.openedBy]).toEqual(['opened', 'exhausted'])
  })

  test('goes by what lives here, and forgets nothing that it has counted', () => {
    const circuit = circuitOf()
    run(circuit, 'transient', 0)
    const lives = circuit.admit(1000, 'lives')
    expect(advised(circuit, 5000)).toBeUndefined()
    circuit.settle(lives, 'canceled', 5000, undefined)
    expect([run(circuit, 'transient', 6000), circuit.openedBy]).toEqual(['opened', 'failures'])
  })
})
