import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { assess, type Counted } from './assess.ts'
import { DEGRADED, DOWN, HEALTHY, OVERLOADED } from './health-level.ts'
import { afterFinding, unknownSince, type HeldLevel } from './held-level.ts'
import { HEALTH_DEFAULTS } from './health-options.ts'
import { OBSERVATION_KINDS, type ObservationKind } from './observation.ts'

const NONE: Counted = { success: 0, overloaded: 0, failed: 0, unusable: 0, slow: 0 }
const of = (counts: Partial<Counted>, caution = false) => assess({ ...NONE, ...counts }, HEALTH_DEFAULTS, caution)

describe('a window', () => {
  test.each([
    [{ success: 100 }, HEALTHY],
    [{ success: 91, failed: 9 }, HEALTHY],
    [{ success: 90, failed: 10 }, DEGRADED],
    [{ success: 71, overloaded: 29 }, DEGRADED],
    [{ success: 70, overloaded: 30 }, OVERLOADED],
    [{ success: 70, failed: 30 }, DEGRADED],
    [{ success: 6, overloaded: 94 }, OVERLOADED],
    [{ success: 5, overloaded: 95 }, DOWN],
    [{ success: 5, unusable: 95 }, DOWN],
    [{ success: 100, slow: 49 }, HEALTHY],
    [{ success: 100, slow: 50 }, DEGRADED],
    [{ success: 10, overloaded: 4, failed: 86 }, DEGRADED],
    [{ success: 9 }, undefined],
    [{ failed: 9 }, undefined],
    [{ failed: 10 }, DOWN],
  ])('of %o is at least %s', (counts, rank) => {
    expect(of(counts).atLeast).toBe(rank)
  })

  test('says that things are better only with answers enough, and by stricter thresholds', () => {
    expect(of({ success: 9, failed: 1 }).atMost).toBeUndefined()
    expect(of({ success: 94, failed: 6 })).toEqual({ atLeast: HEALTHY, atMost: HEALTHY })
    expect(of({ success: 93, failed: 7 })).toEqual({ atLeast: HEALTHY, atMost: DEGRADED })
    expect(of({ success: 78, overloaded: 22 })).toEqual({ atLeast: DEGRADED, atMost: OVERLOADED })
  })

  test('is judged more strictly while a feed says that there is trouble, and never for that alone', () => {
    expect(of({ success: 94, failed: 6 }, true).atLeast).toBe(DEGRADED)
    expect(of({ success: 84, overloaded: 16 }, true).atLeast).toBe(OVERLOADED)
    expect(of({ success: 100 }, true)).toEqual({ atLeast: HEALTHY, atMost: HEALTHY })
    expect(of({ failed: 9 }, true).atLeast).toBeUndefined()
  })
})

const counts = fc.record({
  success: fc.nat(60),
  overloaded: fc.nat(60),
  failed: fc.nat(60),
  unusable: fc.nat(60),
  slow: fc.constant(0),
})
const kind = fc.constantFrom<ObservationKind>(...OBSERVATION_KINDS)
const failure = fc.constantFrom<ObservationKind>('overloaded', 'failed', 'unusable')
/** From the best to the worst that is found: what is unknown makes nothing worse, and nothing better. */
const worst = { atLeast: (rank: number | undefined) => rank ?? -1, atMost: (rank: number | undefined) => rank ?? 4 }
const notBetter = (more: ReturnType<typeof assess>, less: ReturnType<typeof assess>): void => {
  expect(worst.atLeast(more.atLeast)).toBeGreaterThanOrEqual(worst.atLeast(less.atLeast))
  expect(worst.atMost(more.atMost)).toBeGreaterThanOrEqual(worst.atMost(less.atMost))
}

describe('whatever a window counts', () => {
  test.prop([counts, failure, fc.integer({ min: 1, max: 40 }), fc.boolean()])(
    'more failures never make it better',
    (before, more, howMany, caution) => {
      const after = { ...before, [more]: before[more] + howMany }
      notBetter(assess(after, HEALTH_DEFAULTS, caution), assess(before, HEALTH_DEFAULTS, caution))
    },
  )

  test.prop([counts, failure, fc.boolean()])(
    'a failure in the place of an answer never makes it better',
    (before, instead, caution) => {
      fc.pre(before.success > 0)
      const after = { ...before, success: before.success - 1, [instead]: before[instead] + 1 }
      notBetter(assess(after, HEALTH_DEFAULTS, caution), assess(before, HEALTH_DEFAULTS, caution))
    },
  )

  test.prop([counts])('caution never makes it better, and makes nothing ill that has no failure', (counted) => {
    notBetter(assess(counted, HEALTH_DEFAULTS, true), assess(counted, HEALTH_DEFAULTS, false))
    const well = { ...NONE, success: counted.success }
    expect([HEALTHY, undefined]).toContain(assess(well, HEALTH_DEFAULTS, true).atLeast)
  })
})

/** Attempts one after the other: what they say and how long after the one before. */
const story = fc.array(fc.tuple(kind, fc.integer({ min: 0, max: 30_000 })), { minLength: 20, maxLength: 300 })

const tell = (
  kinds: readonly (readonly [ObservationKind, number])[],
  worse: ReadonlySet<number> = new Set(),
): HeldLevel[] => {
  const { windowMs, holdMs } = HEALTH_DEFAULTS
  const seen: { kind: ObservationKind; at: number }[] = []
  let held = unknownSince(0)
  let now = 0
  return kinds.map(([each, afterMs], i) => {
    now += afterMs
    seen.push({ kind: worse.has(i) ? 'failed' : each, at: now })
    const counted: Record<ObservationKind, number> = { success: 0, overloaded: 0, failed: 0, unusable: 0 }
    for (const { kind: what, at } of seen) if (now - at < windowMs) counted[what]++
    return (held = afterFinding(held, assess({ ...counted, slow: 0 }, HEALTH_DEFAULTS, false), now, holdMs))
  })
}

describe('a level', () => {
  test.prop([story])('holds for as long as it says before it gets better', (kinds) => {
    let worseAt = -Infinity
    let before = unknownSince(0)
    for (const held of tell(kinds)) {
      const [was, is] = [before.rank, held.rank]
      if (is !== was && is !== undefined) {
        if (was !== undefined && is < was) expect(held.since - worseAt).toBeGreaterThanOrEqual(HEALTH_DEFAULTS.holdMs)
        else worseAt = held.since
      }
      before = held
    }
  })

  test.prop([story, fc.uniqueArray(fc.nat(299), { maxLength: 100 })])(
    'is never better with more failures',
    (kinds, failing) => {
      // What is a refusal stays one: to make it another failure is not more of them.
      const worse = new Set(failing.filter((i) => kinds[i]?.[0] === 'success'))
      const [less, more] = [tell(kinds), tell(kinds, worse)]
      for (const [i, { rank }] of less.entries())
        expect(more[i]?.rank ?? (rank === undefined ? 0 : -1)).toBeGreaterThanOrEqual(rank ?? 0)
    },
  )
})
