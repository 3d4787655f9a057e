import type { CallContext } from '../../kernel/call-context.ts'
import { checkDuration, checkFunction, checkKnown, checkNumber, checkOneOf } from '../../kernel/check-options.ts'
import { systemClock, type Clock } from '../../kernel/clock.ts'
import type { Gate } from '../../kernel/policy.ts'
import { DeferredCalls } from './deferred-calls.ts'
import { bandAt, checkProfile, LOAD_LEVELS, rankOfLevel } from './load-profile.ts'
import { observeCall } from './observe-call.ts'
import { planStart } from './plan-start.ts'
import { latestStartMs as latestStartKey, SCHEDULE_DEFAULTS, type ScheduleOptions } from './schedule-options.ts'

/** What is left of a deadline when a call starts: several answers of an overloaded image model. */
const RESERVE_MS = 900_000

/**
 * Lets calls that are not urgent wait for the hours in which the provider is calm. All others pass at once.
 *
 * Bands are hours of the UTC day with a level each. A deferrable call that comes when it is not calm waits for the first
 * calm band, or for the least busy one that begins before its latest start; when none is better than now, it goes now. Who
 * aborts leaves in the same tick. Where a time limit for the call stands outside, the wait leaves a quarter of an hour of
 * it; put the limit inside, and it begins when the call starts.
 *
 * ```ts
 * import { deferrable, pipeline, schedule, timeout } from '@spillway/core'
 * import { VirtualClock } from '@spillway/core/testing'
 *
 * const noon = Date.UTC(2026, 0, 1, 12)
 * const clock = new VirtualClock(noon)
 * const calls = pipeline([schedule({ spreadMs: 0 }), timeout({ totalMs: 180_000 })], { clock })
 * const answer = calls.execute(async () => new Date(clock.wallTime()).toISOString(), { values: [[deferrable, true]] })
 * await clock.run()
 * console.log(await answer) // => 2026-01-02T00:00:00.000Z
 * ```
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export const schedule = (options: ScheduleOptions = {}): Gate => {
  checkKnown('schedule', options, Object.keys(SCHEDULE_DEFAULTS))
  const resolved = { ...SCHEDULE_DEFAULTS, ...options }
  const { name, profile, calmUpTo, deferrable, latestStartMs, busyConcurrency, spreadMs } = resolved
  checkProfile('schedule.profile', profile)
  checkOneOf('schedule.calmUpTo', calmUpTo, LOAD_LEVELS)
  checkFunction('schedule.deferrable', deferrable)
  checkDuration('schedule.latestStartMs', latestStartMs, { infinite: true })
  checkNumber('schedule.busyConcurrency', busyConcurrency, { min: 0, integer: true })
  checkDuration('schedule.spreadMs', spreadMs)
  const calmRank = rankOfLevel(calmUpTo)
  let running = 0
  /** A snapshot is asked for outside of any call: the clock of the last one tells the time. */
  let clock: Clock = systemClock

  const begin = (context: CallContext): undefined => {
    context.keep(gate, true)
    running++
  }
  const hasShare = (): boolean => running < busyConcurrency
  const deferred = new DeferredCalls({ name, profile, calmRank, spreadMs, hasShare, begin })

  const mayWait = (context: CallContext): boolean => {
    try {
      return deferrable(context)
    } catch (thrown) {
      context.report(`${name}.deferrable`, thrown)
      return false
    }
  }

  const latestMsOf = (context: CallContext): number => {
    const own = context.get(latestStartKey)
    const ms = own === undefined ? latestStartMs : checkDuration('latestStartMs', own, { infinite: true })
    return Math.min(ms, context.remainingMs() - RESERVE_MS)
  }

  /** Whether it can get better before the call must start. */
  const isWorthWaiting = (latestMs: number): boolean => {
    const wallTime = clock.wallTime()
    const rank = rankOfLevel(profile.levelAt(wallTime))
    if (rank <= calmRank || latestMs <= 0) return false
    if (busyConcurrency > 0) return !hasShare() || deferred.size > 0
    return planStart(profile, calmRank, wallTime, latestMs).rank < rank
  }

  const gate: Gate = {
    name,
    kind: 'schedule',
    options: resolved,
    enter(context) {
      clock = context.call.clock
      if (!mayWait(context)) return undefined
      const latestMs = latestMsOf(context)
      try {
        if (!isWorthWaiting(latestMs)) return begin(context)
        const waiting = deferred.defer(context, latestMs)
        deferred.serveShares()
        return waiting
      } catch (thrown) {
        // A profile of the user's own broke: better busy than never.
        context.report(`${name}.profile`, thrown)
        return begin(context)
      }
    },
    leave(context, outcome) {
      if (profile.record === undefined) return
      const observed = observeCall(context, outcome)
      if (observed !== undefined) profile.record(observed)
    },
    release(context) {
      if (context.kept(gate) === undefined) return
      running--
      if (busyConcurrency > 0) deferred.serveShares()
    },
    snapshot() {
      const wallTime = clock.wallTime()
      const { level, begins, ends } = bandAt(profile, wallTime)
      const calm = rankOfLevel(level) <= calmRank
      return { level, calm, bandBegan: begins, nextChange: ends, waiting: deferred.size, running }
    },
    dispose: () => deferred.dispose(),
  }
  return gate
}
