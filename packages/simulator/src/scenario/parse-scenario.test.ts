import { describe, expect, test } from 'vitest'
import { SimulatorError } from '../simulator-error.ts'
import { parseScenario } from './parse-scenario.ts'

const problemsOf = (scenario: unknown): readonly string[] => {
  try {
    parseScenario(scenario)
  } catch (error) {
    if (error instanceof SimulatorError && error.code === 'ERR_SPILLWAY_SIMULATOR_INVALID_SCENARIO') {
      return error.problems
    }
    throw error
  }
  return []
}

describe('a scenario', () => {
  test('that is right is given back as it is', () => {
    const scenario = {
      seed: 3,
      timeScale: 100,
      startsAt: '2026-03-02T13:00:00+01:00',
      capacity: 10,
      serviceTime: { image: { meanMs: 1000, minMs: 500, maxMs: 2000 }, chat: { tokensPerSecond: 50 } },
      quota: { requestsPerMinute: 10, scope: 'project' },
      tenants: { peakRatio: 1.3 },
      phases: [{ kind: 'load', multiplier: 2, atMs: 0, durationMs: 60_000 }],
      faults: [{ fault: 'stall', ratio: 0.1, afterChunks: 3 }],
      replies: [
        { fault: 'overloaded', times: 2, retryAfterMs: 50 },
        { fault: 'none', text: 'hello', serviceMs: 0 },
      ],
      endpoints: { relay: { capacity: 5 } },
    }
    expect(parseScenario(JSON.stringify(scenario))).toEqual(scenario)
  })

  test('has every mistake listed with its path, at once', () => {
    expect(
      problemsOf({
        capacity: 0,
        timeScale: '10',
        phases: [{ kind: 'outage' }, { kind: 'load', multiplier: 1 }, { kind: 'load', multiplier: 1, atMs: -5 }],
        endpoints: { relay: { quota: { requestsPerMinute: 1.5 } } },
      }),
    ).toEqual([
      'capacity: must be ≥ 1, got 0',
      'timeScale: must be a number, got a text',
      'phases[2].atMs: must be ≥ 0, got -5',
      'endpoints.relay.quota.requestsPerMinute: must be a whole number, got 1.5',
    ])
  })

  test.each([
    [{ capcity: 3 }, /^capcity: is not a setting here; known are seed, .*capacity/],
    [{ replies: [{ fault: 'overlod' }] }, /^replies\[0\]\.fault: must be one of none, overloaded, .*got "overlod"$/],
    [{ replies: [{}] }, /^replies\[0\]\.fault: is missing$/],
    [{ replies: [{ fault: 'overloaded', afterChunks: 2 }] }, /^replies\[0\]\.afterChunks: is not a setting here/],
    [{ replies: [{ fault: 'overloaded', text: 'x' }] }, /^replies\[0\]\.text: is not a setting here/],
    [{ faults: [{ fault: 'none' }] }, /^faults\[0\]\.fault: must be one of overloaded/],
    [
      { phases: [{ kind: 'lod' }] },
      /^phases\[0\]\.kind: must be one of brownOut, outage, load, quota, slow, got "lod"$/,
    ],
    [{ phases: [7] }, /^phases\[0\]: must be an object, got 7$/],
    [{ startsAt: 'noon' }, /^startsAt: must be a date and time with its zone/],
    [{ startsAt: '2026-03-02T12:00:00' }, /^startsAt: must be a date and time with its zone/],
    [
      { serviceTime: { image: { minMs: 50_000 } } },
      /^serviceTime\.image\.minMs: must be ≤ maxMs \(40000\), got 50000$/,
    ],
    [{ endpoints: { 'a/b': {} } }, /^endpoints\.a\/b: must be a name/],
    [
      { replies: [{ fault: 'internal', headers: { 'retry-after': 'a\r\nb' } }] },
      /headers\.retry-after: must be a text/,
    ],
    [{ timeScale: 0 }, /^timeScale: must be > 0, got 0$/],
    [{ seed: Number.NaN }, /^seed: must be a number, got NaN$/],
    [[], /^must be an object, got a list$/],
  ])('%j is refused', (scenario, problem) => {
    const problems = problemsOf(scenario)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(problem)
  })

  test('that is not JSON says so', () => {
    expect(() => parseScenario('{"capacity": }')).toThrow(
      expect.objectContaining({ code: 'ERR_SPILLWAY_SIMULATOR_INVALID_SCENARIO', cause: expect.any(SyntaxError) }),
    )
  })

  test('never has the content of a text repeated, which may be a key', () => {
    expect(problemsOf({ keys: 'sk-secret', capacity: 'sk-secret' }).join()).not.toContain('sk-secret')
  })
})
