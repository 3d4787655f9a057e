import type { VerdictKind } from '@spillway/core'
import { describe, expect, test } from 'vitest'
import { healthOf } from '../index.ts'

const attempts = (counts: Partial<Record<VerdictKind, number>>) =>
  Object.entries(counts).flatMap(([verdict, count]) =>
    Array.from({ length: count }, () => ({ verdict: verdict as VerdictKind, durationMs: 1000 })),
  )

describe('attempts that have ended', () => {
  test.for<[Partial<Record<VerdictKind, number>>, string]>([
    [{}, 'unknown'],
    [{ success: 9 }, 'unknown'],
    [{ overloaded: 9 }, 'unknown'],
    [{ success: 10 }, 'healthy'],
    [{ success: 95, transient: 5 }, 'healthy'],
    [{ success: 90, transient: 10 }, 'degraded'],
    [{ success: 7, overloaded: 3 }, 'overloaded'],
    [{ success: 1, overloaded: 19 }, 'down'],
    [{ endpoint_failed: 10 }, 'down'],
    [{ success: 10, throttled: 90, request_failed: 90, empty: 90, canceled: 90, rejected: 90 }, 'healthy'],
  ])('%j are %s', ([counts, level]) => {
    expect(healthOf(attempts(counts)).level).toBe(level)
  })

  test('are counted, and a key of ours is not the provider’s trouble', () => {
    const health = healthOf(attempts({ success: 12, overloaded: 4, transient: 2, endpoint_failed: 2 }))
    expect(health).toMatchObject({ attempts: 20, successRatio: 0.6, overloadedRatio: 0.2, troubleRatio: 0.3 })
    expect(health.durationMs?.p50).toBeCloseTo(1000, -2)
  })

  test('by thresholds of one’s own', () => {
    expect(healthOf(attempts({ success: 1 }), { minAttempts: 1 }).level).toBe('healthy')
    expect(() => healthOf([], { minAttempts: 0 })).toThrow('monitor.health.minAttempts')
  })
})
