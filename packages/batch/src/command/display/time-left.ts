import { roughDuration } from '../../words/durations.ts'
import type { Progress } from './progress.ts'

/**
 * How long it takes yet, as far as it can be known, in words.
 *
 * @param now on the run's clock
 * @param wallNow the same in milliseconds since 1970 UTC
 */
export function timeLeft(progress: Progress, now: number, wallNow: number): string {
  const perMinute = progress.perMinute(now)
  const { calmAt, inFlight } = progress
  const calmInMs = calmAt === undefined ? 0 : Math.max(0, calmAt - wallNow)
  if (perMinute === undefined) return calmInMs > 0 ? `more than ${roughDuration(calmInMs)}` : 'unknown'
  const workMs = (progress.counts.left / perMinute) * 60_000
  // Where nothing is out, all that is left begins when the wait is over.
  return `about ${roughDuration(inFlight === 0 ? calmInMs + workMs : Math.max(calmInMs, workMs))}`
}
