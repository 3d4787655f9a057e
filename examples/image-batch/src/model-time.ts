import { type Classifier, type Clock, type Verdict, systemClock } from '@spillway/core'

/**
 * A clock that runs `timeScale` times as fast as real time, for an upstream that does the same. Whoever is handed this
 * clock keeps its own figures: three minutes stay three minutes and pass in nine seconds.
 */
export function modelClock(timeScale: number): Clock {
  if (timeScale === 1) return systemClock
  const startedAt = systemClock.now()
  const startedAtWall = systemClock.wallTime()
  const now = (): number => (systemClock.now() - startedAt) * timeScale
  return {
    now,
    wallTime: () => startedAtWall + now(),
    setTimer: (delayMs, callback) => systemClock.setTimer(delayMs / timeScale, callback),
  }
}

/**
 * The waits that the simulated server asks for arrive over the wire in real time ("retry in 0.5 s"): they are
 * translated here, at the one border that they cross.
 */
export function inModelTime(classifier: Classifier, timeScale: number): Classifier {
  const translate = (verdict: Verdict | undefined): Verdict | undefined =>
    verdict?.retryAfterMs === undefined ? verdict : { ...verdict, retryAfterMs: verdict.retryAfterMs * timeScale }
  return {
    error: (error) => translate(classifier.error(error)),
    value: (value) => translate(classifier.value?.(value)),
  }
}

/** Waits on a clock; ends with the signal's reason when that aborts first. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error)
    const timer = clock.setTimer(ms, () => {
      signal.removeEventListener('abort', stop)
      resolve()
    })
    const stop = (): void => {
      timer.cancel()
      reject(signal.reason as Error)
    }
    signal.addEventListener('abort', stop, { once: true })
  })
}
