import type { Clock } from '@spillway/core'
import { UsageError } from '../usage-error.ts'
import type { Moment } from '../values.ts'

/** By when everything is to be made, unless somebody says otherwise. */
export const DEFAULT_DEADLINE: Moment = { inMs: 86_400_000 }

/** One instant, on both faces of a clock. */
export interface Instant {
  /** On the clock's `now()`. */
  readonly at: number
  /** Milliseconds since 1970 UTC. */
  readonly wall: number
}

/** @throws UsageError for a deadline that has passed */
export function deadlineOf(deadline: Moment, clock: Clock): Instant {
  const inMs = 'at' in deadline ? deadline.at - clock.wallTime() : deadline.inMs
  if (inMs > 0) return { at: clock.now() + inMs, wall: clock.wallTime() + inMs }
  throw new UsageError(`--deadline ${new Date(clock.wallTime() + inMs).toISOString()} has passed.`)
}

/** A picture takes about so long; under overload three times. */
const IMAGE_MS = 30_000
/** So many at once, where nobody says how many. */
const USUAL_CONCURRENCY = 16
/** What is planned for, over what it should take. */
const RESERVE_RATIO = 1.5
/** However few there are. */
const LEAST_RESERVE_MS = 600_000

/** Until when off-peak work may wait so that it is still done by the deadline: the latest start. */
export function latestStartOf(deadline: Instant, items: number, requestsPerMinute: number | undefined): number {
  const byPlaces = (items * IMAGE_MS) / USUAL_CONCURRENCY
  const byQuota = requestsPerMinute === undefined ? 0 : (items / requestsPerMinute) * 60_000
  return deadline.at - Math.max(LEAST_RESERVE_MS, RESERVE_RATIO * Math.max(byPlaces, byQuota))
}
