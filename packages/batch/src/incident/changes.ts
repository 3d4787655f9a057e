import type { Pipeline, SpillwayEvent } from '@spillway/core'

/** Something that the policies did to an endpoint. Times are milliseconds since 1970 UTC. */
export type Change =
  | {
      /** The breaker left it alone, but for its probes. `to` is absent where it still did in the end. */
      readonly kind: 'left alone'
      readonly endpoint: string
      readonly from: number
      readonly to?: number
      readonly probes: number
    }
  | {
      /** How many attempts may be at work there. */
      readonly kind: 'limit'
      readonly endpoint: string
      readonly from: number
      readonly to: number
      readonly before: number
      readonly after: number
    }
  | {
      /** The provider said to wait, so often. */
      readonly kind: 'paused'
      readonly endpoint: string
      readonly from: number
      readonly to: number
      readonly times: number
    }
  | {
      /** What the provider throttled has told its quota. */
      readonly kind: 'quota learned'
      readonly endpoint: string
      readonly from: number
      readonly permits: number
    }

type Writable<T> = { -readonly [K in keyof T]: T[K] }
type Of<K extends Change['kind']> = Writable<Extract<Change, { kind: K }>>

/** Pauses that follow each other within this are one story. */
const STORY_MS = 1_800_000

/** Listens to a pipeline, and tells in few lines what it did. */
export const watchChanges = (
  pipeline: Pipeline | undefined,
  startsAt: number,
): { readonly stop: () => readonly Change[] } => {
  const changes: Change[] = []
  const alone = new Map<string, Of<'left alone'>>()
  const limits = new Map<string, Of<'limit'>>()
  const pauses = new Map<string, Of<'paused'>>()

  const limit = (endpoint: string, at: number, from: number, to: number): void => {
    const last = limits.get(endpoint)
    // One way is one change, however many steps it has.
    if (last !== undefined && Math.sign(last.after - last.before) === Math.sign(to - from)) {
      last.to = at
      last.after = to
      return
    }
    const change: Of<'limit'> = { kind: 'limit', endpoint, from: at, to: at, before: from, after: to }
    limits.set(endpoint, change)
    changes.push(change)
  }
  const hear = (event: SpillwayEvent): void => {
    const at = Math.round(startsAt + event.at)
    if (event.type === 'circuit.opened') {
      if (alone.has(event.partition)) return
      const change: Of<'left alone'> = { kind: 'left alone', endpoint: event.partition, from: at, probes: 0 }
      alone.set(event.partition, change)
      changes.push(change)
    } else if (event.type === 'circuit.half_opened') {
      const change = alone.get(event.partition)
      if (change !== undefined) change.probes++
    } else if (event.type === 'circuit.closed') {
      const change = alone.get(event.partition)
      if (change !== undefined) change.to = at
      alone.delete(event.partition)
    } else if (event.type === 'limit.changed') limit(event.partition, at, event.from, event.to)
    else if (event.type === 'rate_limit.paused') {
      const last = pauses.get(event.partition)
      const until = Math.round(at + event.pauseMs)
      if (last !== undefined && at <= last.to + STORY_MS) {
        last.to = Math.max(last.to, until)
        last.times++
      } else {
        const change: Of<'paused'> = { kind: 'paused', endpoint: event.partition, from: at, to: until, times: 1 }
        pauses.set(event.partition, change)
        changes.push(change)
      }
    } else if (event.type === 'rate_limit.learned')
      changes.push({ kind: 'quota learned', endpoint: event.partition, from: at, permits: event.permits })
  }
  const subscription = pipeline?.events.subscribe(hear)
  return {
    stop() {
      subscription?.unsubscribe()
      return changes.filter(isWorthTelling)
    },
  }
}

/** A limit goes up and down by ones all the time. */
const isWorthTelling = (change: Change): boolean =>
  change.kind !== 'limit' || Math.abs(change.after - change.before) >= Math.max(3, 0.2 * change.before)
