import { IterableBackoff } from 'cockatiel'
import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import type { VerdictKind } from '../../kernel/verdict.ts'
import type { Admission } from './admissions.ts'
import { SIGNIFICANCE } from './circuit.ts'
import { circuitOf, LEASE_MS, opened, run, startedAt } from './__fixtures__/circuit.ts'

describe('Circuit', () => {
  test('opens when the strategy says so, for as long as the break lasts', () => {
    const circuit = circuitOf()
    expect([run(circuit, 'overloaded', 0), run(circuit, 'overloaded', 1)]).toEqual([undefined, undefined])
    expect(run(circuit, 'overloaded', 2)).toBe('opened')
    expect([circuit.state, circuit.openUntil, circuit.readyInMs(2), circuit.readyInMs(9002)]).toEqual([
      'open',
      10_002,
      10_000,
      1000,
    ])
  })

  test.each(Object.entries(SIGNIFICANCE) as [VerdictKind, string][])('%s counts as %s', (kind, significance) => {
    const circuit = circuitOf()
    for (let i = 0; i < 2; i++) run(circuit, 'overloaded', 0)
    run(circuit, kind, 0)
    run(circuit, 'overloaded', 0)
    // A third failure opens; a success in between begins the count anew; a spent quota opens by itself.
    expect(circuit.state).toBe(significance === 'success' ? 'closed' : 'open')
    const alone = circuitOf()
    run(alone, kind, 0)
    expect(alone.state).toBe(significance === 'exhausted' ? 'open' : 'closed')
  })

  test('a spent quota opens at once until it is reset, and a long throttling as well', () => {
    for (const [kind, hintMs, openUntil] of [
      ['quota_exhausted', 3_600_000, 3_600_000],
      ['quota_exhausted', undefined, 10_000],
      ['throttled', 60_001, 60_001],
      ['throttled', 60_000, undefined],
      ['throttled', undefined, undefined],
    ] as const) {
      const circuit = circuitOf()
      run(circuit, kind, 0, hintMs)
      expect([kind, circuit.openUntil]).toEqual([kind, openUntil])
    }
  })

  test("the server's hint lengthens a break and never shortens it", () => {
    for (const [hintMs, openUntil] of [
      [25_000, 25_000],
      [1000, 10_000],
      [NaN, 10_000],
    ]) {
      const circuit = circuitOf()
      for (let i = 0; i < 2; i++) run(circuit, 'overloaded', 0)
      run(circuit, 'overloaded', 0, hintMs)
      expect(circuit.openUntil).toBe(openUntil)
    }
  })

  // trap: due-probe-is-seen
  test('after the break one probe goes, and a success closes', () => {
    const circuit = opened(circuitOf())
    expect(circuit.readyInMs(10_000)).toBe(0)
    expect(circuit.state).toBe('open')
    const admission = circuit.admit(10_000, 'call')
    expect([circuit.state, circuit.readyInMs(10_000)]).toEqual(['half_open', LEASE_MS])
    expect(circuit.settle(admission, 'success', 10_500, undefined)).toBe('closed')
  })

  test('a probe that fails opens it again', () => {
    const circuit = opened(circuitOf())
    expect(run(circuit, 'overloaded', 10_000)).toBe('opened')
    expect(circuit.openUntil).toBe(20_000)
  })

  test('a probe that fails opens it again whatever the strategy says, and however short its failures have lasted', () => {
    const circuit = circuitOf({ openAfterMs: 6000 })
    run(circuit, 'quota_exhausted', 0)
    expect(run(circuit, 'overloaded', 10_000)).toBe('opened')
  })

  // trap: neutral-probe
  test.each(['canceled', 'request_failed', 'empty', 'rejected', 'throttled'] as const)(
    'a probe that ends %s decides nothing and makes room for the next',
    (kind) => {
      const circuit = opened(circuitOf())
      expect(run(circuit, kind, 10_000)).toBeUndefined()
      expect([circuit.state, circuit.inFlight, circuit.readyInMs(10_000)]).toEqual(['half_open', 0, 0])
      circuit.admit(10_000, 'call')
      expect([circuit.state, circuit.readyInMs(10_000)]).toEqual(['half_open', LEASE_MS])
    },
  )

  // trap: hung-probe
  test('a probe that hangs holds nobody up for longer than its lease: it lives, so that the circuit closes', () => {
    const circuit = opened(circuitOf())
    circuit.admit(10_000, 'call')
    expect(circuit.readyInMs(12_999)).toBe(1)
    expect(circuit.readyInMs(13_000)).toBe(0)
    circuit.admit(13_000, 'call')
    expect(circuit.state).toBe('closed')
  })

  test('a probe that has lived for long closed the circuit when its lease was over, not when somebody asks', () => {
    const circuit = opened(circuitOf())
    circuit.admit(10_000, 'call')
    expect(startedAt(circuit, 60_000)).toBe(1000)
  })

  // trap: late-results
  test('results admitted before the break decide nothing, neither for good nor for bad', () => {
    for (const kind of ['success', 'overloaded', 'quota_exhausted'] as const) {
      const circuit = circuitOf()
      const late = [circuit.admit(0, 'call'), circuit.admit(0, 'call')]
      opened(circuit)
      expect(circuit.settle(late[0] as Admission<string>, kind, 5000, undefined)).toBeUndefined()
      circuit.admit(10_000, 'call')
      expect(circuit.settle(late[1] as Admission<string>, kind, 10_001, undefined)).toBeUndefined()
      expect([circuit.state, circuit.inFlight]).toEqual(['half_open', 1])
    }
  })

  // trap: failures-together
  test('failures that come together make one break with one end', () => {
    const circuit = circuitOf()
    const together = Array.from({ length: 10 }, () => circuit.admit(0, 'call'))
    const changes = together.map((admission, i) => circuit.settle(admission, 'overloaded', i, undefined))
    expect(changes.filter((change) => change === 'opened')).toHaveLength(1)
    expect(circuit.openUntil).toBe(10_002)
  })

  // trap: no-stampede-on-close
  test('after closing two may start, and each lease doubles that', () => {
    const circuit = opened(circuitOf())
    run(circuit, 'success', 10_000)
    const started = [0, 1, 2, 3, 4, 5, 6].map((step) => startedAt(circuit, 10_000 + step * LEASE_MS))
    expect(started).toEqual([2, 2, 4, 8, 16, 32, 64])
    expect(circuit.readyInMs(10_000 + 6 * LEASE_MS)).toBe(LEASE_MS)
    expect(startedAt(circuit, 10_000 + 7 * LEASE_MS)).toBe(1000)
  })

  test('breaks grow while it opens again soon, and begin anew once it has stayed closed for as long', () => {
    const circuit = circuitOf({ breaks: new IterableBackoff([4000, 6000, 9000]) })
    opened(circuit)
    run(circuit, 'overloaded', 4000)
    expect(circuit.openUntil).toBe(10_000)
    run(circuit, 'success', 10_000)
    opened(circuit, 11_000)
    expect(circuit.openUntil).toBe(20_000)
    run(circuit, 'success', 20_000)
    opened(circuit, 28_999)
    expect(circuit.openUntil).toBe(37_999)
    run(circuit, 'success', 37_999)
    opened(circuit, 46_999)
    expect(circuit.openUntil).toBe(50_999)
  })

  describe('with failures that must go on for a while', () => {
    test('a burst of refusals does not open it, a row that lasts does', () => {
      const circuit = circuitOf({ openAfterMs: 6000 })
      for (let i = 0; i < 50; i++) run(circuit, 'overloaded', i)
      expect(circuit.state).toBe('closed')
      expect(run(circuit, 'overloaded', 6000)).toBe('opened')
    })

    test('refusals do not open it while something admitted meanwhile lives', () => {
      const circuit = circuitOf({ openAfterMs: 6000 })
      run(circuit, 'overloaded', 0)
      circuit.admit(1000, 'call')
      for (let now = 1000; now <= 7000; now += 500) run(circuit, 'overloaded', now)
      expect(circuit.state).toBe('closed')
    })

    test('a row that one who lives has broken begins anew', () => {
      const circuit = circuitOf({ openAfterMs: 6000 })
      const refuse = (from: number, until: number): void => {
        for (let now = from; now <= until; now += 500) run(circuit, 'overloaded', now)
      }
      run(circuit, 'overloaded', 0)
      const admission = circuit.admit(1000, 'call')
      refuse(1000, 6000)
      circuit.settle(admission, 'canceled', 6100, undefined)
      refuse(6500, 12_000)
      expect(circuit.state).toBe('closed')
      refuse(12_500, 12_500)
      expect(circuit.state).toBe('open')
    })

    test('what was admitted before the row began does not speak for the endpoint', () => {
      const circuit = circuitOf({ openAfterMs: 6000 })
      circuit.admit(0, 'call')
      for (let now = 1000; now <= 7000; now += 500) run(circuit, 'overloaded', now)
      expect(circuit.state).toBe('open')
    })

    test('slow failures, such as time limits, open it although others still live', () => {
      const circuit = circuitOf({ openAfterMs: 6000 })
      const slow = [0, 0, 0].map((now) => circuit.admit(now, 'call'))
      circuit.admit(10, 'call')
      const changes = slow.map((admission) => circuit.settle(admission, 'transient', 60_000, undefined))
      expect(changes).toEqual([undefined, undefined, 'opened'])
    })
  })

  // trap: manual-close-resets
  test('held open by hand until closed by hand, and then as good as new', () => {
    const circuit = circuitOf({ breaks: new IterableBackoff([4000, 60_000]) })
    opened(circuit)
    circuit.isolate()
    expect([circuit.state, circuit.readyInMs(1e9), circuit.openUntil]).toEqual(['isolated', Infinity, Infinity])
    circuit.close()
    for (let i = 0; i < 2; i++) run(circuit, 'overloaded', 0)
    expect([circuit.state, circuit.readyInMs(0)]).toEqual(['closed', 0])
    run(circuit, 'overloaded', 0)
    expect(circuit.openUntil).toBe(4000)
  })

  test('what is at work while it is held open or closed by hand decides nothing', () => {
    const circuit = circuitOf({ failures: 1 })
    const before = circuit.admit(0, 'call')
    circuit.isolate()
    expect(circuit.settle(before, 'success', 1, undefined)).toBeUndefined()
    circuit.close()
    const during = circuit.admit(2, 'call')
    circuit.close()
    expect(circuit.settle(during, 'overloaded', 3, undefined)).toBeUndefined()
    expect([circuit.state, circuit.inFlight]).toEqual(['closed', 0])
  })

  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ advance: fc.nat(6000) }) },
    { weight: 4, arbitrary: fc.constant({ admit: true } as const) },
    {
      weight: 4,
      arbitrary: fc.record({
        settle: fc.nat(20),
        kind: fc.constantFrom(...(Object.keys(SIGNIFICANCE) as VerdictKind[])),
      }),
    },
    { weight: 1, arbitrary: fc.record({ byHand: fc.constantFrom('isolate', 'close') }) },
  )

  // trap: due-probe-is-seen
  test.prop([fc.array(step, { maxLength: 80 })])(
    'asking changes nothing, what is at work is never miscounted, and waiting always ends unless held open by hand',
    (steps) => {
      const circuit = circuitOf({ failures: 2, openAfterMs: 1000 })
      let now = 0
      const atWork: Admission<string>[] = []
      for (const each of steps) {
        if ('advance' in each) now += each.advance
        else if ('admit' in each) {
          const ready = circuit.readyInMs(now)
          expect(circuit.readyInMs(now)).toBe(ready)
          if (ready === 0) atWork.push(circuit.admit(now, 'call'))
        } else if ('settle' in each) {
          const [admission] = atWork.splice(each.settle, 1)
          if (admission !== undefined) circuit.settle(admission, each.kind, now, undefined)
        } else circuit[each.byHand]()
        expect(circuit.inFlight).toBeGreaterThanOrEqual(0)
        expect(circuit.inFlight).toBeLessThanOrEqual(atWork.length)
        const wait = circuit.readyInMs(now)
        if (circuit.state === 'isolated') expect(wait).toBe(Infinity)
        else expect(circuit.readyInMs(now + wait)).toBe(0)
      }
    },
  )
})
