import { ConsecutiveBreaker } from 'cockatiel'
import { describe, expect, test } from 'vitest'
import { checkSnapshot, type SavedCircuit } from './circuit-snapshot.ts'
import type { Circuit } from './circuit.ts'
import { circuitOf, LEASE_MS, opened, run, startedAt } from './__fixtures__/circuit.ts'

/** What to add to an instant of the first process to get the wall time. */
const TO_WALL = 1_000_000

/** When the second process takes it over, on its own clock. */
const NOW = 2000

/** What one circuit saves at an instant of its clock, another takes over `afterMs` later. */
const handedOver = (from: Circuit<string>, savedAt: number, afterMs: number, to = circuitOf()): Circuit<string> => {
  const wall = TO_WALL + savedAt
  to.restore(from.save(TO_WALL), wall, NOW, wall + afterMs - NOW)
  return to
}

/** One that closed at 10 s. */
const closedAgain = (): Circuit<string> => {
  const circuit = opened(circuitOf())
  run(circuit, 'success', 10_000)
  return circuit
}

describe('what a circuit saves', () => {
  test('says all instants in wall time', () => {
    const circuit = opened(circuitOf(), 500)
    expect(circuit.save(TO_WALL)).toMatchObject({
      state: 'open',
      openUntil: TO_WALL + 10_500,
      lastBreakMs: 10_000,
      breaks: 1,
    })
    run(circuit, 'success', 10_500)
    expect(circuit.save(TO_WALL)).toMatchObject({ state: 'closed', closedAt: TO_WALL + 10_500 })
  })

  test('says of one that has never been open neither until when nor since when', () => {
    expect(circuitOf().save(TO_WALL)).toEqual({ state: 'closed', lastBreakMs: 0, breaks: 0, strategy: 0 })
  })

  test('is open while a probe is under way', () => {
    const circuit = opened(circuitOf())
    circuit.admit(10_000, 'probe')
    expect(circuit.save(TO_WALL)).toMatchObject({ state: 'open', openUntil: TO_WALL + 10_000 })
  })

  test('is the same after JSON, also where a strategy has nothing to save', () => {
    const silent = Object.defineProperty(new ConsecutiveBreaker(3), 'state', { value: undefined })
    const saved = circuitOf({ breaker: silent }).save(TO_WALL)
    expect(JSON.parse(JSON.stringify(saved))).toStrictEqual(saved)
  })
})

describe('a circuit that takes over what was saved', () => {
  test('stays open for as long as the break had to go', () => {
    const circuit = handedOver(opened(circuitOf()), 2000, 3000)
    expect([circuit.state, circuit.openUntil]).toEqual(['open', NOW + 5000])
  })

  test('stays open after a break for ever, which JSON has no number for', () => {
    const before = circuitOf()
    run(before, 'quota_exhausted', 0, Infinity)
    const saved: unknown = JSON.parse(JSON.stringify(before.save(TO_WALL)))
    expect(checkSnapshot({ version: 1, savedAt: TO_WALL, partitions: { a: saved } })).toBeUndefined()
    const after = circuitOf()
    after.restore(saved as SavedCircuit, TO_WALL, NOW, TO_WALL)
    expect([after.state, after.readyInMs(NOW) > 1e300]).toEqual(['open', true])
  })

  test('goes on with its slow start where that was', () => {
    const circuit = handedOver(closedAgain(), 10_000, 1000)
    expect([startedAt(circuit, NOW), circuit.readyInMs(NOW)]).toEqual([2, LEASE_MS - 1000])
    expect(startedAt(handedOver(closedAgain(), 10_000, 7 * LEASE_MS), NOW)).toBe(1000)
  })

  test('has no slow start where it has never been open', () => {
    expect(startedAt(handedOver(circuitOf(), 10_000, 0), NOW)).toBe(1000)
  })

  test('begins its slow start now where the wall clock went back behind the end of the break', () => {
    const circuit = handedOver(closedAgain(), 10_000, -3_600_000)
    expect([startedAt(circuit, NOW), circuit.readyInMs(NOW)]).toEqual([2, LEASE_MS])
  })

  test('lets nothing that was at work before decide', () => {
    const circuit = circuitOf({ failures: 1 })
    const before = circuit.admit(0, 'call')
    handedOver(circuitOf(), 0, 0, circuit)
    expect(circuit.settle(before, 'overloaded', NOW, undefined)).toBeUndefined()
    expect([circuit.state, circuit.inFlight]).toEqual(['closed', 0])
  })
})
