import { ConsecutiveBreaker, ConstantBackoff } from 'cockatiel'
import { describe, expect, test } from 'vitest'
import type { VerdictKind } from '../../kernel/verdict.ts'
import { Circuit } from './circuit.ts'

const circuitOf = (options: { openAfterMs?: number; probeLeaseMs?: number; failures?: number } = {}): Circuit<string> =>
  new Circuit(new ConsecutiveBreaker(options.failures ?? 3), {
    breaks: new ConstantBackoff(10_000),
    probeLeaseMs: options.probeLeaseMs ?? 3000,
    openAfterMs: options.openAfterMs ?? 0,
  })

const refuse = (circuit: Circuit<string>, now: number, kind: VerdictKind = 'overloaded', hintMs?: number): void => {
  circuit.settle(circuit.admit(now, 'call'), kind, now, hintMs)
}

describe('what a row of refusals is worth', () => {
  test('a row begins anew when it ended with something that lives', () => {
    const circuit = circuitOf({ openAfterMs: 6000 })
    refuse(circuit, 0)
    circuit.admit(1000, 'lives')
    refuse(circuit, 5000)
    refuse(circuit, 6000)
    expect(circuit.state).toBe('closed')
    // The strategy has forgotten the three: two more are not enough, however late.
    refuse(circuit, 20_000)
    refuse(circuit, 40_000)
    expect(circuit.state).toBe('closed')
  })

  test('a success in between ends the row, so that the time of the failures counts from the next one', () => {
    const circuit = circuitOf({ openAfterMs: 6000, failures: 2 })
    refuse(circuit, 0)
    circuit.settle(circuit.admit(5000, 'call'), 'success', 5000, undefined)
    refuse(circuit, 6500)
    refuse(circuit, 7000)
    expect(circuit.state).toBe('closed')
    refuse(circuit, 12_500)
    expect(circuit.state).toBe('open')
  })
})

describe('what decides nothing', () => {
  test.each<VerdictKind>(['request_failed', 'empty', 'canceled', 'rejected'])(
    'a long hint on %s, which says nothing about the endpoint',
    (kind) => {
      const circuit = circuitOf()
      for (let i = 0; i < 5; i++) refuse(circuit, i, kind, 3_600_000)
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
  for (let i = 0; i < 3; i++) refuse(circuit, 0)
  circuit.settle(circuit.admit(10_000, 'probe'), 'success', 10_000, undefined)
  for (let i = 0; i < 2; i++) circuit.admit(10_000, 'call')
  expect([circuit.readyInMs(10_000), circuit.readyInMs(13_000)]).toEqual([3000, 0])
})
