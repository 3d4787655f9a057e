import { cacheKey, pipeline } from '../../../index.ts'
import type { Classifier, Operation, Part, Pipeline, SpillwayEvent } from '../../../index.ts'
import { recordEvents, VirtualClock, type EventRecording } from '../../../testing.ts'

/** Judges 0 as empty, and an error by the verdict that is its name. */
const classifier: Classifier = {
  error: (error) => (error instanceof Error && error.name !== 'Error' ? undefined : { kind: 'overloaded' }),
  value: (value) => (value === 0 ? { kind: 'empty' } : undefined),
}

/** A pipeline under test, and short ways to call it. */
export interface Asking {
  readonly clock: VirtualClock
  readonly calls: Pipeline<unknown>
  readonly recording: EventRecording
  /** A call for a key; its answer, or what it ended with. */
  readonly ask: (key: string | undefined, operation: Operation<unknown>, signal?: AbortSignal) => Promise<unknown>
  /** The cache's own events so far, without what differs from run to run. */
  readonly said: () => object[]
}

export const asking = (parts: readonly Part[], clock: VirtualClock = new VirtualClock()): Asking => {
  const calls = pipeline<readonly Part[]>(parts, { clock, classifier, random: () => 0.5 })
  const recording = recordEvents(calls)
  return {
    clock,
    calls,
    recording,
    ask: (key, operation, signal) =>
      calls.execute(operation, { values: [[cacheKey, key]], signal }).then(
        (value) => value,
        (error: unknown) => error,
      ),
    said: () => recording.events.filter(isOurs).map(plain),
  }
}

const isOurs = ({ type }: SpillwayEvent): boolean => type.startsWith('cache.') || type === 'diagnostic.reported'

const COMMON: ReadonlySet<string> = new Set(['pipeline', 'keyHash', 'attempt', 'policy', 'endpoint'])

const plain = (event: SpillwayEvent): object =>
  Object.fromEntries(Object.entries(event).filter(([field]) => !COMMON.has(field)))
