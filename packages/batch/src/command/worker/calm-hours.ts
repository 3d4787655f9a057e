import { LOAD_LEVELS, rejected, type RejectedError, SCHEDULE_DEFAULTS, type ScheduleOptions } from '@spillway/core'
import type { Make } from '../../make/make.ts'

/** It is a busy hour, and the item can wait for a calmer one. Nothing was sent. */
class BusyHourError extends Error implements RejectedError {
  readonly isSpillwayError = true
  override readonly name = 'BusyHourError'
  readonly code = 'ERR_SPILLWAY_BATCH_BUSY_HOUR'
  readonly verdict: RejectedError['verdict']

  constructor(waitMs: number) {
    super(`A calmer hour begins in ${Math.ceil(waitMs / 60_000)} min.`)
    this.verdict = rejected(waitMs)
  }
}

/** What is left for an item that starts as late as it may: several answers of an overloaded model. */
const RESERVE_MS = 900_000
const HOUR_MS = 3_600_000
const HOURS_A_DAY = 24

/**
 * Refuses what comes in a busy hour with the time until a calmer one, as long as the deadline of its run allows: the queue
 * waits, where `schedule` would hold an item for half a day.
 */
export const inCalmHours =
  (
    make: Make,
    options: ScheduleOptions,
    { now = Date.now, random = Math.random }: { now?: () => number; random?: () => number } = {},
  ): Make =>
  (item, asked) => {
    const { latestStartMs, spreadMs, ...rest } = { ...SCHEDULE_DEFAULTS, ...options }
    const leftMs = (asked.deadlineAt ?? Infinity) - now() - RESERVE_MS
    const waitMs = calmerInMs(rest, now(), Math.min(latestStartMs, leftMs))
    if (waitMs === 0) return make(item, asked)
    return Promise.reject(new BusyHourError(waitMs + random() * spreadMs))
  }

/** Milliseconds until the first calm hour, or else the least busy one that begins in time; 0: none is better than this. */
const calmerInMs = (
  { profile, calmUpTo }: Pick<Required<ScheduleOptions>, 'profile' | 'calmUpTo'>,
  at: number,
  latestMs: number,
): number => {
  const rankOf = (instant: number): number =>
    Math.max(LOAD_LEVELS.indexOf(calmUpTo), LOAD_LEVELS.indexOf(profile.levelAt(instant)))
  let best = at
  for (let hour = 1; hour <= HOURS_A_DAY; hour++) {
    const begins = (Math.floor(at / HOUR_MS) + hour) * HOUR_MS
    if (begins - at <= latestMs && rankOf(begins) < rankOf(best)) best = begins
  }
  return best - at
}
