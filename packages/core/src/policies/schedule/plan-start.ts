import { HOUR_MS, HOURS_A_DAY, rankOfLevel, type LoadProfile } from './load-profile.ts'

/** The best stretch of time for a call to start in. */
export interface StartPlan {
  /** Milliseconds until it begins: 0 = it is now. */
  readonly inMs: number
  /** How long it lasts, at most up to the latest start and not more than a day. */
  readonly lengthMs: number
  /** How busy it is: see {@link rankOfLevel}. */
  readonly rank: number
}

/**
 * Finds when to start: the first calm stretch that begins in time, else the first of the least busy ones.
 *
 * @param profile how busy which hour is
 * @param calmRank up to which rank a stretch is calm
 * @param wallTime now, in milliseconds since 1970 UTC
 * @param latestMs milliseconds from now within which the call must start
 */
export const planStart = (profile: LoadProfile, calmRank: number, wallTime: number, latestMs: number): StartPlan => {
  // Two stretches that are calm are one: it does not matter how calm.
  const rankAt = (at: number): number => Math.max(calmRank, rankOfLevel(profile.levelAt(at)))
  const hour = Math.floor(wallTime / HOUR_MS) * HOUR_MS
  let begins = wallTime
  let rank = rankAt(wallTime)
  for (let i = 1; i <= HOURS_A_DAY && rank > calmRank; i++) {
    const at = hour + i * HOUR_MS
    if (at - wallTime > latestMs) break
    const found = rankAt(at)
    if (found >= rank) continue
    rank = found
    begins = at
  }
  let ends = Math.floor(begins / HOUR_MS) * HOUR_MS + HOUR_MS
  while (ends - begins < HOURS_A_DAY * HOUR_MS && rankAt(ends) <= rank) ends += HOUR_MS
  const inMs = begins - wallTime
  return { inMs, lengthMs: Math.min(ends - begins, latestMs - inMs), rank }
}
