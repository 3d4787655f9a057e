import type { Clock, PastUse } from '@spillway/core'
import { readPastUse } from '../../journal/past-use.ts'
import type { PolicyOptions } from '../../make/policy-file.ts'

/** What is learned of a quota is of the last minute. */
const MINUTE_MS = 61_000
const HOUR_MS = 3_600_000
/** A day of a calendar, with the hour that comes twice in autumn, and one to spare. */
const DAY_MS = 26 * HOUR_MS

/** What earlier starts of the run have used of the quotas that it keeps to. */
export const usedBefore = (folder: string, { rateLimit }: PolicyOptions, clock: Clock): readonly PastUse[] => {
  if (rateLimit === false) return []
  const { quotas = [] } = rateLimit ?? {}
  const periods = (typeof quotas === 'function' ? [] : quotas).map((quota) =>
    // What is at work ends with its process.
    'maxConcurrency' in quota ? 0 : (quota.periodMs ?? (quota.per === 'day' ? DAY_MS : HOUR_MS)),
  )
  return readPastUse(folder, clock.wallTime() - Math.max(MINUTE_MS, ...periods))
}
