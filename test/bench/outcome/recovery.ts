import type { OutcomeScenario } from './scenarios.ts'

/** How one call ended, and when, in model time. */
export interface Ended {
  readonly at: number
  readonly tookMs: number
  /** Whether it succeeded within its deadline. */
  readonly ok: boolean
}

/** Long enough to hold some twenty calls. */
const WINDOW_MS = 60_000
/** A short success between two collapses is no recovery. */
const STAYS_MS = 300_000

/**
 * From the end of the last disturbance until as large a share of the calls succeeds as 95 % of the share before the first
 * one: among those that ended in the last minute, and among those of the next five. `NaN` where nothing disturbs,
 * `Infinity` where that does not happen in the run.
 */
export const recoveryMs = ({ endpoints }: OutcomeScenario, ended: readonly Ended[]): number => {
  const phases = Object.values(endpoints).flatMap((endpoint) => endpoint.phases ?? [])
  if (phases.length === 0) return Number.NaN
  const from = Math.min(...phases.map(({ atMs = 0 }) => atMs))
  const until = Math.max(...phases.map(({ atMs = 0, durationMs = Infinity }) => atMs + durationMs))
  const share = (after: number, upTo: number): number => {
    const calls = ended.filter(({ at }) => at > after && at <= upTo)
    return calls.filter(({ ok }) => ok).length / calls.length
  }
  const enough = 0.95 * share(-1, from)
  const back = ended
    .filter(({ at, ok }) => ok && at >= until)
    .toSorted((a, b) => a.at - b.at)
    .find(({ at }) => share(at - WINDOW_MS, at) >= enough && !(share(at, at + STAYS_MS) < enough))
  return back === undefined ? Infinity : back.at - until
}
