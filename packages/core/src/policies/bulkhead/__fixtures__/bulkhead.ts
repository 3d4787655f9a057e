import { bulkhead, pipeline, type BulkheadOptions } from '../../../index.ts'
import { recordEvents, VirtualClock } from '../../../testing.ts'

/** A bulkhead alone in its pipeline. */
export const setup = (options: BulkheadOptions) => {
  const clock = new VirtualClock()
  const places = bulkhead(options)
  const calls = pipeline([places], { clock })
  const state = (): unknown => places.snapshot?.()
  return { clock, places, calls, state, recording: recordEvents(calls) }
}
