import type { VerdictKind } from '@spillway/core'
import { HEALTH_DEFAULTS, healthOf, type SeenHealth } from '@spillway/monitor'
import type { AttemptRecord, RunRecord } from '../journal/records.ts'
import type { StatusEndpoint } from './shown-feed.ts'

/** How an endpoint did, as requests have seen it. Instants are in milliseconds since 1970 UTC. */
export interface Observed extends StatusEndpoint, SeenHealth {
  /** A run that was written down, or one request that was sent for the purpose. */
  readonly source: 'run' | 'probe'
  /** When the requests ended: from the first to the last. */
  readonly from: number
  readonly until: number
  /** Of a probe: what became of it. */
  readonly probe?: { readonly verdict: VerdictKind; readonly status?: number; readonly model?: string }
}

/** How much of the end of a run is looked at. */
const WINDOW_MS = 900_000

/** What was seen longer ago says nothing against a page of now. */
export const isRecent = ({ until }: Observed, now: number): boolean => now - until <= HEALTH_DEFAULTS.staleAfterMs

/** How each endpoint did at the end of a run, from its journal. */
export function observedIn({ attempts, launches }: Pick<RunRecord, 'attempts' | 'launches'>): readonly Observed[] {
  const hosts = hostsIn(launches)
  const byEndpoint = Map.groupBy(attempts.filter(hasEnded), ({ endpoint }) => endpoint)
  return [...byEndpoint].map(([endpoint, all]) => {
    const until = Math.max(...all.map(({ endedAt }) => endedAt))
    const last = all.filter(({ endedAt }) => endedAt > until - WINDOW_MS)
    const from = Math.min(...last.map(({ endedAt }) => endedAt))
    const seen = last.map(({ verdict, startedAt, endedAt }) => ({
      verdict,
      durationMs: Math.max(0, endedAt - startedAt),
    }))
    const host = hosts.get(endpoint)
    return { endpoint, ...(host !== undefined && { host }), source: 'run', from, until, ...healthOf(seen) }
  })
}

/** Where endpoints were, as the launches have written it down; the last one counts. */
function hostsIn(launches: RunRecord['launches']): ReadonlyMap<string, string> {
  const hosts = new Map<string, string>()
  for (const { options } of launches) {
    const { places } = (options['note'] ?? {}) as { readonly places?: unknown }
    for (const place of Array.isArray(places) ? places : []) {
      const { name, host } = (place ?? {}) as Record<string, unknown>
      if (typeof name === 'string' && typeof host === 'string') hosts.set(name, host)
    }
  }
  return hosts
}

type Ended = AttemptRecord & Required<Pick<AttemptRecord, 'endedAt' | 'verdict'>>

const hasEnded = (attempt: AttemptRecord): attempt is Ended =>
  attempt.endedAt !== undefined && attempt.verdict !== undefined
