import type { QuotaLevel, QuotaWish } from './quota-store.ts'

/**
 * Permits that come back one by one, a whole quota per window, after the generic cell rate algorithm: all there is to
 * remember of a key is the instant at which its quota will be whole. A full quota may be used at once.
 *
 * What costs more than the whole quota may go when it is full, and is paid back before anything else goes.
 *
 * @param fullAt the instant that was remembered; `undefined`: none, the quota is whole
 * @returns the level, and the instant to remember
 */
export const takePermits = (
  { cost, limit, windowMs }: Pick<QuotaWish, 'cost' | 'limit' | 'windowMs'>,
  fullAt: number | undefined,
  now: number,
): { level: QuotaLevel; fullAt: number } => {
  const eachMs = windowMs / limit
  const from = Math.max(fullAt ?? now, now)
  const readyInMs = from + Math.min(cost, limit) * eachMs - now - windowMs
  // An instant is a sum of fractions: a thousandth of a permit is none.
  const allowed = cost === 0 || readyInMs <= eachMs / 1000
  const until = allowed ? from + cost * eachMs : from
  const remaining = Math.max(0, Math.floor((windowMs - (until - now)) / eachMs + 0.001))
  return {
    fullAt: until,
    level: { allowed, remaining, readyInMs: allowed ? 0 : readyInMs, fullInMs: until - now },
  }
}
