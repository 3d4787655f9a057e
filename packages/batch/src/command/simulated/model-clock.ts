import { type Clock, systemClock } from '@spillway/core'

/** A clock that runs so many times as fast as real time, for an upstream that does the same: minutes stay minutes. */
export function modelClock(rate: number, startsAtWall: number): Clock {
  const startedAt = systemClock.now()
  const now = (): number => (systemClock.now() - startedAt) * rate
  return {
    now,
    // Dates are whole milliseconds.
    wallTime: () => Math.round(startsAtWall + now()),
    setTimer: (delayMs, callback) => systemClock.setTimer(delayMs / rate, callback),
  }
}
