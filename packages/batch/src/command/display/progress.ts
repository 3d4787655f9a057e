import type { SpillwayEvent } from '@spillway/core'
import type { StopReason } from '../../journal/records.ts'
import type { QueueCounts } from '../../queue/batch-queue.ts'
import type { BatchEvent, ItemFailed, RunStarted } from '../../run/run-events.ts'
import { answered, type EndpointView, viewOf } from './endpoint-view.ts'
import { type Happening, happeningOf, REASONS } from './happening.ts'
import { createPace } from './pace.ts'
import { Waits, waitsIn } from './waits.ts'

/** Everything that is shown of a run at work. Changed in place: there are many events. */
export interface Progress {
  readonly counts: Record<'done' | 'failed' | 'unknown' | 'left', number>
  readonly total: number
  /** Items of the input so far; nothing once all of it is read, and work has begun. */
  readonly read: number | undefined
  /** Done in this launch without a request: from the cache, or the same as another one. */
  reused: number
  cost: number
  readonly inFlight: number
  /** Items that wait, by what for. */
  waiting(): ReadonlyMap<string, number>
  /** When the first of those that wait for calm hours starts, in milliseconds since 1970 UTC. */
  readonly calmAt: number | undefined
  readonly endpoints: ReadonlyMap<string, EndpointView>
  perMinute(now: number): number | undefined
  /** Newest first. */
  readonly recent: readonly Happening[]
  stopping: string | undefined
}

/** A progress, and what moves it. */
export interface ProgressWriter extends Progress {
  /** One more item of the input is there. */
  onRead(): void
  /** Gives back what is worth telling, where there is something. */
  onRun(event: BatchEvent): Happening | undefined
  onPipeline(event: SpillwayEvent): Happening | undefined
  /** How the queue stands whose workers make the pictures. */
  onQueue(counts: QueueCounts): void
}

type Told = Omit<Happening, 'at'>

const RECENT = 8

/** What makes a run stop that nobody has told to. */
const STOPS: { readonly [reason in StopReason]?: string } = {
  cost: 'the next request is expected to pass --max-cost',
  errors: 'so many have failed',
  deadline: 'the deadline is here',
  disk: 'the disk is full or cannot be written',
}

/** @param now the run's clock: every event is placed by it, whatever clock it was stamped with */
export function createProgress(endpoints: readonly string[], now: () => number): ProgressWriter {
  const views = new Map<string, EndpointView>(endpoints.map((name) => [name, viewOf(name)]))
  const view = (name: string): EndpointView => {
    const known = views.get(name) ?? viewOf(name)
    views.set(name, known)
    return known
  }
  const pace = createPace(now())
  const waits = new Waits()
  /** Items that wait until it is known what others cost. */
  const poor = new Set<string>()
  const counts = { done: 0, failed: 0, unknown: 0, left: 0 }
  let read: number | undefined = 0
  let recent: readonly Happening[] = []
  let queue: QueueCounts | undefined

  const tell = (happening: Happening | undefined): Happening | undefined => {
    if (happening === undefined) return undefined
    const { who, what, at } = happening
    // The same about the same within two seconds is one piece of news: several items have met it.
    if (recent.some((each) => each.who === who && each.what === what && at - each.at < 2000)) return undefined
    recent = [happening, ...recent].slice(0, RECENT)
    return happening
  }

  const take = ({ counts: all, cost }: Pick<RunStarted, 'counts' | 'cost'>): void => {
    progress.cost = cost
    counts.done = all.done
    counts.failed = all.failed
    counts.unknown = all.unknown
    counts.left = all.waiting + all.sent + all.saving
  }

  const ended = (kind: 'done' | 'failed' | 'unknown'): void => {
    counts[kind] += 1
    counts.left = Math.max(0, counts.left - 1)
  }

  const hearing: { readonly [T in SpillwayEvent['type']]?: (event: Extract<SpillwayEvent, { type: T }>) => void } = {
    'call.queued': ({ callId = -1, policy }) => waits.standsIn(callId, policy),
    'schedule.deferred': ({ callId = -1, until }) => waits.deferred(callId, until),
    'schedule.started': ({ callId = -1 }) => waits.over(callId),
    'retry.scheduled': ({ callId = -1, verdict }) => waits.waitsFor(callId, `the next try (${REASONS[verdict]})`),
    'attempt.started': ({ callId = -1, endpoint = '' }) => {
      waits.over(callId)
      view(endpoint).inFlight += 1
    },
    'attempt.completed': ({ endpoint = '', verdict, durationMs }) => answered(view(endpoint), verdict, durationMs),
    'call.completed': ({ callId = -1 }) => waits.over(callId),
    'endpoint.ejected': ({ endpoint = '' }) => void (view(endpoint).state = 'left alone'),
    'endpoint.recovered': ({ endpoint = '' }) => void (view(endpoint).state = 'ready'),
    'circuit.opened': ({ partition }) => void (view(partition).state = 'left alone'),
    'circuit.half_opened': ({ partition }) => void (view(partition).state = 'probing'),
    'circuit.closed': ({ partition }) => void (view(partition).state = 'ready'),
  }

  const lost = (kind: 'failed' | 'unknown', { id, error }: Pick<ItemFailed, 'id' | 'error'>): Told => {
    ended(kind)
    return { who: id, what: `${kind}: ${error.message}`, tone: 'bad' }
  }

  const hearingRun: { readonly [T in BatchEvent['type']]?: (event: Extract<BatchEvent, { type: T }>) => Told | void } =
    {
      'run.started': (event) => {
        read = undefined
        take(event)
      },
      'run.stopped': take,
      'item.waiting': ({ id }) => void poor.add(id),
      'item.waited': ({ id }) => void poor.delete(id),
      'attempt.ended': ({ cost }) => void (progress.cost += cost),
      'item.done': ({ source }) => {
        ended('done')
        if (source === 'request') pace.made(now())
        else progress.reused += 1
      },
      'item.failed': (event) => lost('failed', event),
      'item.unknown': (event) => lost('unknown', event),
      'run.stopping': ({ reason }) => {
        progress.stopping = reason
        const why = STOPS[reason]
        return why === undefined ? undefined : { who: 'run', what: `stopping: ${why}`, tone: 'warn' }
      },
      'cache.failed': ({ code }) => ({
        who: 'cache',
        what: `could not keep a picture (${code}); the run goes on`,
        tone: 'warn',
      }),
    }

  const progress: ProgressWriter = {
    counts,
    get total() {
      return counts.done + counts.failed + counts.unknown + counts.left
    },
    get read() {
      return read
    },
    reused: 0,
    cost: 0,
    get inFlight() {
      if (queue !== undefined) return queue.active
      return [...views.values()].reduce((sum, { inFlight }) => sum + inFlight, 0)
    },
    waiting() {
      const reasons = queue === undefined ? waits.byReason() : waitsIn(queue)
      if (poor.size > 0) reasons.set('what others cost', poor.size)
      return reasons
    },
    get calmAt() {
      return waits.calmAt
    },
    endpoints: views,
    perMinute: (at) => pace.perMinute(at),
    get recent() {
      return recent
    },
    stopping: undefined,
    onRead() {
      if (read !== undefined) read += 1
    },
    onRun(event) {
      const hear = hearingRun[event.type] as ((event: BatchEvent) => Told | undefined | void) | undefined
      const told = hear?.(event) ?? undefined
      return tell(told && { at: now(), ...told })
    },
    onPipeline(event) {
      const hear = hearing[event.type] as ((event: SpillwayEvent) => void) | undefined
      hear?.(event)
      const happening = happeningOf(event)
      return tell(happening && { ...happening, at: now() })
    },
    onQueue: (stands) => void (queue = stands),
  }
  return progress
}
