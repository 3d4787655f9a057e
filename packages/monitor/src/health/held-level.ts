import type { Finding } from './assess.ts'
import { DEGRADED, DOWN, HEALTHY, OVERLOADED, type Rank } from './health-level.ts'

/** A level with its past: as much as it takes not to flap. Plain data. */
export interface HeldLevel {
  /** `undefined`: unknown. */
  readonly rank: Rank | undefined
  /** Since when. */
  readonly since: number
  /** When it was last found to be at least degraded, overloaded, down. */
  readonly neededAt: Readonly<Record<1 | 2 | 3, number>>
}

const NEVER = { [DEGRADED]: -Infinity, [OVERLOADED]: -Infinity, [DOWN]: -Infinity }

/** Nothing is known yet. */
export const unknownSince = (now: number): HeldLevel => ({ rank: undefined, since: now, neededAt: NEVER })

/**
 * The level after a finding: worse at once, better only when everything found within `holdMs` was better, so that a level holds for at
 * least as long before it gets better.
 *
 * @param holdMs in milliseconds
 */
export const afterFinding = (held: HeldLevel, { atLeast, atMost }: Finding, now: number, holdMs: number): HeldLevel => {
  const needed = atMost ?? DOWN
  const neededAt = {
    [DEGRADED]: needed >= DEGRADED ? now : held.neededAt[DEGRADED],
    [OVERLOADED]: needed >= OVERLOADED ? now : held.neededAt[OVERLOADED],
    [DOWN]: needed >= DOWN ? now : held.neededAt[DOWN],
  }
  const { rank, since } = held
  if (rank === undefined) {
    const known = atLeast === HEALTHY ? atMost === HEALTHY : atLeast !== undefined
    return known ? { rank: atLeast, since: now, neededAt } : { rank, since, neededAt }
  }
  const recent = ([DOWN, OVERLOADED, DEGRADED] as const).find((each) => now - neededAt[each] < holdMs) ?? HEALTHY
  const next = Math.max(atLeast ?? HEALTHY, Math.min(rank, recent)) as Rank
  return { rank: next, since: next === rank ? since : now, neededAt }
}
