import { systemClock, type Clock } from '@spillway/core'

/** A clock that runs so many times as fast as real time, for a simulator that does the same. */
export const hurriedClock = (timeScale: number): Clock => {
  const startedAt = systemClock.now()
  const startedOn = systemClock.wallTime()
  const now = (): number => (systemClock.now() - startedAt) * timeScale
  return {
    now,
    wallTime: () => startedOn + now(),
    setTimer: (delayMs, callback) => systemClock.setTimer(delayMs / timeScale, callback),
  }
}
