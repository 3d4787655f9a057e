import { checkClock, checkKnown, checkPipeline, type Clock, type Pipeline, type SpillwayEvent } from '@spillway/core'
import type { RunNotes } from '../run/run-options.ts'

/** Told once for all items that wait for the same. */
interface OpenWait {
  readonly end: () => void
  /** Which calls. */
  readonly calls: Set<number>
}

/**
 * Tells a run what its pipeline sees: endpoints that are left alone, quotas that are waited for, calm hours. For the option
 * `watch` of `runBatch`.
 *
 * @returns how to stop telling
 */
export const tellNotes = (watched: { readonly pipeline: Pipeline; readonly clock: Clock }, notes: RunNotes) => {
  checkKnown('tellNotes', watched, ['pipeline', 'clock'])
  const { pipeline, clock } = watched
  checkPipeline('tellNotes.pipeline', pipeline)
  checkClock('tellNotes.clock', clock)
  const pauses = new Map<string, () => void>()
  const schedule: { wait: OpenWait | undefined } = { wait: undefined }

  const pause = (endpoint: string, pauseMs: number): void => {
    pauses.get(endpoint)?.()
    const end = notes.waiting('quota', { endpoint, until: clock.wallTime() + pauseMs })
    const timer = clock.setTimer(pauseMs, () => pauses.get(endpoint)?.())
    timer.unref()
    pauses.set(endpoint, () => {
      timer.cancel()
      pauses.delete(endpoint)
      end()
    })
  }

  const resume = (callId: number): void => {
    const { wait } = schedule
    if (wait?.calls.delete(callId) !== true || wait.calls.size > 0) return
    schedule.wait = undefined
    wait.end()
  }

  const hear: { readonly [T in SpillwayEvent['type']]?: (event: Extract<SpillwayEvent, { type: T }>) => void } = {
    'circuit.opened': ({ partition }) => notes.endpointState(partition, 'open'),
    'circuit.half_opened': ({ partition }) => notes.endpointState(partition, 'half-open'),
    'circuit.closed': ({ partition }) => notes.endpointState(partition, 'closed'),
    'rate_limit.paused': ({ partition, pauseMs }) => pause(partition, pauseMs),
    'schedule.deferred': ({ callId = -1, until }) => {
      schedule.wait ??= { end: notes.waiting('schedule', { until }), calls: new Set() }
      schedule.wait.calls.add(callId)
    },
    'schedule.started': ({ callId = -1 }) => resume(callId),
    'call.completed': ({ callId = -1 }) => resume(callId),
  }
  const listening = pipeline.events.subscribe((event) =>
    (hear[event.type] as ((event: SpillwayEvent) => void) | undefined)?.(event),
  )
  return (): void => {
    listening.unsubscribe()
    for (const end of pauses.values()) end()
    schedule.wait?.end()
  }
}
