import { failover, pipeline, type Pipeline } from '@spillway/core'
import { overloadedUpstream, seededRandom, type UpstreamPhase, type VirtualClock } from '@spillway/core/testing'

const EVERY_MS = 6000

/** Ten calls a minute to an upstream in an incident, without retries. */
export interface Incident {
  readonly calls: Pipeline<unknown>
  /** Lets so many minutes pass, with calls. */
  readonly minutes: (count: number) => Promise<void>
}

export const incident = (clock: VirtualClock, phases: readonly UpstreamPhase[] = []): Incident => {
  const upstream = overloadedUpstream({ clock, capacity: 100, serviceMs: 20_000, refusalMs: 200, phases })
  const calls = pipeline([failover({ endpoints: [{ name: 'official', model: 'painter' }] })], {
    name: 'images',
    clock,
    random: seededRandom(1),
    classifier: { error: () => ({ kind: 'overloaded' }) },
  })
  return {
    calls,
    async minutes(count) {
      for (let i = 0; i < (count * 60_000) / EVERY_MS; i++) {
        void calls.execute(upstream.ask).catch(() => {})
        await clock.advance(EVERY_MS)
      }
    },
  }
}
