import { describe, expect, test } from 'vitest'
import { readIncident } from './incident.ts'
import { simulateIncident } from './simulate-incident.ts'

const MINUTE = 60_000

describe('what would have happened', () => {
  const outage = readIncident({
    tenants: { peakRatio: 0.5 },
    capacity: 40,
    phases: [{ kind: 'outage', fault: 'overloaded', atMs: 2 * MINUTE, durationMs: 2 * MINUTE }],
    traffic: { callsPerMinute: 10, minutes: 8 },
  })

  test('is told for the policy, the defaults and what people have without', async () => {
    const results = await simulateIncident(outage, { policy: { retry: { maxAttempts: 1 } } })
    expect(results.map(({ caller }) => caller)).toEqual([
      'Spillway, this policy',
      'Spillway, defaults',
      'openai client, own retries',
      'five tries by hand',
      'no retries',
    ])
    const [policy, defaults, openai, five, none] = results
    // All meet the same calls.
    expect(new Set(results.map(({ offered }) => offered)).size).toBe(1)
    // An outage shorter than the deadline costs those nothing who wait it out, and the others about two minutes of eight.
    expect(defaults?.succeeded).toBe(defaults?.offered)
    expect(policy.succeeded).toBeLessThan(0.85 * policy.offered)
    expect(none?.requests).toBe(none?.offered)
    expect(none?.succeeded).toBeLessThan(0.85 * policy.offered)
    expect(openai?.requests).toBeGreaterThan(none?.requests as number)
    expect(five?.requests).toBeGreaterThan(openai?.requests as number)
  })

  test('counts requests, refusals, pictures and lost work at the provider', async () => {
    for (const { requests, refused, made, succeeded } of await simulateIncident(outage)) {
      expect(requests - refused).toBe(made)
      expect(made).toBeGreaterThanOrEqual(succeeded)
    }
    const slow = readIncident({
      capacity: 10,
      queueLimit: 100,
      phases: [{ kind: 'slow', factor: 5 }],
      traffic: { callsPerMinute: 10, minutes: 10 },
    })
    const [, , five] = await simulateIncident(slow)
    // Two minutes an attempt are too short for a picture that takes two and a half: all of it is made, and thrown away.
    expect(five?.caller).toBe('five tries by hand')
    expect(five?.wastedMs).toBeGreaterThan(10 * MINUTE)
  })

  test('says when the breaker, the limit and the quota changed', async () => {
    const broken = readIncident({
      capacity: 40,
      phases: [{ kind: 'outage', fault: 'internal', atMs: 2 * MINUTE, durationMs: 2 * MINUTE }],
      quota: { requestsPerMinute: 12 },
      traffic: { callsPerMinute: 14, minutes: 8 },
      startsAt: '2026-03-02T13:00:00Z',
    })
    const [{ changes }, openai] = await simulateIncident(broken)
    const alone = changes.find(({ kind }) => kind === 'left alone')
    expect(alone).toMatchObject({ endpoint: 'default', probes: expect.any(Number) as number })
    expect(alone?.from).toBeGreaterThan(Date.UTC(2026, 2, 2, 13, 2))
    expect(alone?.from).toBeLessThan(Date.UTC(2026, 2, 2, 13, 3))
    expect(alone?.kind === 'left alone' && alone.to).toBeGreaterThan(Date.UTC(2026, 2, 2, 13, 4))
    expect(changes.map(({ kind }) => kind)).toContain('quota learned')
    expect(changes.map(({ kind }) => kind)).toContain('paused')
    expect(openai?.changes).toEqual([])
  })

  test('is the same for the same seed, and another for another', async () => {
    const first = await simulateIncident(outage, { seed: 3 })
    expect(await simulateIncident(outage, { seed: 3 })).toEqual(first)
    expect(await simulateIncident(outage, { seed: 4 })).not.toEqual(first)
  })

  test('gives a policy the time that calls have, not the usual three minutes', async () => {
    const long = readIncident({
      capacity: 40,
      phases: [{ kind: 'outage', fault: 'overloaded', durationMs: 6 * MINUTE }],
      traffic: { callsPerMinute: 2, minutes: 3, deadlineMs: 15 * MINUTE },
    })
    const [defaults] = await simulateIncident(long)
    expect(defaults.succeeded).toBe(defaults.offered)
  })
})
