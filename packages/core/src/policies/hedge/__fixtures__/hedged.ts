import {
  hedge,
  pipeline,
  type HedgeOptions,
  type Part,
  type Pipeline,
  type Policy,
  type SpillwayEvent,
} from '../../../index.ts'
import { recordEvents, VirtualClock } from '../../../testing.ts'
import { classifier } from '../../failover/__fixtures__/pool.ts'

interface Hedged {
  readonly clock: VirtualClock
  readonly calls: Pipeline<unknown>
  readonly policy: Policy
  readonly events: readonly SpillwayEvent[]
  /** What the hedge said. */
  readonly told: () => readonly SpillwayEvent[]
}

/** A hedge, with what stands inside and outside of it. */
export const hedged = (
  options: HedgeOptions = {},
  inner: readonly Part[] = [],
  outer: readonly Part[] = [],
): Hedged => {
  const clock = new VirtualClock()
  const policy = hedge(options)
  const calls = pipeline([...outer, policy, ...inner], { clock, classifier })
  const { events } = recordEvents(calls)
  return { clock, calls, policy, events, told: () => events.filter(({ type }) => type.startsWith('hedge.')) }
}
