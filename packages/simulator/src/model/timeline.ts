import type { Phase, QuotaScenario } from '../scenario/scenario.ts'

type OfKind<K extends Phase['kind']> = Extract<Phase, { kind: K }>

/** What holds at an instant of model time. */
export interface Timeline {
  readonly capacityRatio: (at: number) => number
  readonly refusedRatio: (at: number) => number
  readonly loadMultiplier: (at: number) => number
  readonly slowFactor: (at: number) => number
  readonly outage: (at: number) => OfKind<'outage'> | undefined
  /** The limits at this instant: the endpoint's own, overridden by phases. */
  quota(at: number, usual: QuotaScenario): QuotaScenario
  /** The next instant after `at` when something begins or ends. */
  readonly nextChange: (at: number) => number | undefined
}

/** Whether `at` lies in a window of the timeline. */
export function isOpen(window: { readonly atMs?: number; readonly durationMs?: number }, at: number): boolean {
  const start = window.atMs ?? 0
  return at >= start && at < start + (window.durationMs ?? Infinity)
}

export function createTimeline(phases: readonly Phase[]): Timeline {
  const changes = [
    ...new Set(phases.flatMap(({ atMs = 0, durationMs = Infinity }) => [atMs, atMs + durationMs])),
  ].toSorted((a, b) => a - b)

  const open = <K extends Phase['kind']>(kind: K, at: number): OfKind<K>[] =>
    phases.filter((phase): phase is OfKind<K> => phase.kind === kind && isOpen(phase, at))

  return {
    capacityRatio: (at) => open('brownOut', at).reduce((ratio, phase) => ratio * (phase.capacityRatio ?? 1), 1),
    refusedRatio: (at) => 1 - open('brownOut', at).reduce((kept, phase) => kept * (1 - (phase.refusedRatio ?? 0)), 1),
    loadMultiplier: (at) => open('load', at).reduce((product, phase) => product * phase.multiplier, 1),
    slowFactor: (at) => open('slow', at).reduce((product, phase) => product * phase.factor, 1),
    outage: (at) => open('outage', at)[0],
    quota(at, usual) {
      const limits = { ...usual }
      for (const { kind: _kind, atMs: _at, durationMs: _duration, ...changed } of open('quota', at)) {
        Object.assign(limits, changed)
      }
      return limits
    },
    nextChange: (at) => changes.find((change) => change > at && change !== Infinity),
  }
}
