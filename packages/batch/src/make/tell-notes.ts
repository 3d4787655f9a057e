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
  const quotas = new Map<string, () => void>()
  /** Calls that stand in a line. */
  const inLine = new Set<number>()
  const schedule: { wait: OpenWait | undefined } = { wait: undefined }

  /** The quota of an endpoint gives nothing for so long. Permits that come one by one are one wait, as long as somebody stands there. */
  const hold = (endpoint: string, readyInMs: number, open?: () => void): void => {
    const end = open ?? notes.waiting('quota', { endpoint, until: clock.wallTime() + readyInMs })
    const timer = clock.setTimer(readyInMs + MOMENT_MS, () => {
      const again = inLine.size > 0 ? (heldOf(pipeline).get(endpoint) ?? 0) : 0
      if (again > 0) return hold(endpoint, again, end)
      quotas.delete(endpoint)
      end()
    })
    timer.unref()
    quotas.set(endpoint, () => {
      timer.cancel()
      end()
    })
  }

  const lineUp = (callId: number): void => {
    inLine.add(callId)
    for (const [endpoint, readyInMs] of heldOf(pipeline)) if (!quotas.has(endpoint)) hold(endpoint, readyInMs)
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
    'rate_limit.paused': ({ partition, pauseMs }) => {
      if (!quotas.has(partition)) hold(partition, pauseMs)
    },
    'call.queued': ({ callId = -1, policy }) => {
      if (policy !== 'bulkhead') lineUp(callId)
    },
    'call.dequeued': ({ callId = -1 }) => void inLine.delete(callId),
    'schedule.deferred': ({ callId = -1, until }) => {
      schedule.wait ??= { end: notes.waiting('schedule', { until }), calls: new Set() }
      schedule.wait.calls.add(callId)
    },
    'schedule.started': ({ callId = -1 }) => resume(callId),
    'call.completed': ({ callId = -1 }) => {
      inLine.delete(callId)
      resume(callId)
    },
  }
  const listening = pipeline.events.subscribe((event) =>
    (hear[event.type] as ((event: SpillwayEvent) => void) | undefined)?.(event),
  )
  return (): void => {
    listening.unsubscribe()
    for (const end of quotas.values()) end()
    schedule.wait?.end()
  }
}

/** Between the end of a wait for a permit and the next one of the same line. */
const MOMENT_MS = 100

/** The endpoints whose quotas give nothing now, and for how long. */
const heldOf = (pipeline: Pipeline): ReadonlyMap<string, number> => {
  const limit = pipeline.state().policies.find(({ name }) => name === 'rateLimit')?.state
  const { partitions = {} } = (limit ?? {}) as { readonly partitions?: Record<string, { readonly readyInMs: number }> }
  const held = Object.entries(partitions).map(([endpoint, { readyInMs }]) => [endpoint, readyInMs] as const)
  return new Map(held.filter(([, readyInMs]) => readyInMs > 0 && readyInMs < Infinity))
}
