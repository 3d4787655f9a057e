import type { SpillwayEvent, Verdict } from '@spillway/core'
import type { PromptResult } from '../run-strategy.ts'
import { type Happening, describeEvent, describeResult } from './happening.ts'

/** What a call does now. */
type Activity =
  | { readonly doing: 'asking'; readonly endpoint: string }
  | { readonly doing: 'waiting'; readonly why: string }

/** What the calls have shown of one endpoint. */
export interface EndpointView {
  readonly circuit: 'closed' | 'open' | 'half open'
  readonly inFlight: number
  readonly made: number
  /** How long the last answers took, newest first. */
  readonly answersMs: readonly number[]
  /** Failures by what they were: `503`, `429`, `reset`. */
  readonly failures: Readonly<Record<string, number>>
}

/** Everything the display shows of a pipeline at work. */
export interface Progress {
  readonly total: number
  readonly made: number
  readonly late: number
  readonly failed: number
  readonly retries: number
  readonly failovers: number
  readonly calls: ReadonlyMap<number, Activity>
  readonly endpoints: Readonly<Record<string, EndpointView>>
  /** Newest first. */
  readonly recent: readonly Happening[]
}

const RECENT = 12
const ANSWERS = 8

const FRESH: EndpointView = { circuit: 'closed', inFlight: 0, made: 0, answersMs: [], failures: {} }

/** Before anything has happened. */
export const initialProgress = (total: number, endpoints: readonly string[]): Progress => ({
  total,
  made: 0,
  late: 0,
  failed: 0,
  retries: 0,
  failovers: 0,
  calls: new Map(),
  endpoints: Object.fromEntries(endpoints.map((name) => [name, FRESH])),
  recent: [],
})

/** Something to take into account: an event of the pipeline, or what became of a prompt. */
export type News =
  | { readonly event: SpillwayEvent; readonly promptOf: (callId: number | undefined) => number | undefined }
  | { readonly result: PromptResult; readonly at: number }

/** The progress after some news. */
export function progressAfter(before: Progress, news: News): Progress {
  const happening = 'result' in news ? describeResult(news.result, news.at) : describeEvent(news.event, news.promptOf)
  const after = 'result' in news ? withResult(before, news.result) : withEvent(before, news.event)
  if (happening === undefined || isTold(happening, after.recent)) return after
  return { ...after, recent: [happening, ...after.recent].slice(0, RECENT) }
}

/** The same about the same within two seconds is one piece of news: several calls have met it. */
const isTold = ({ at, who, what }: Happening, recent: readonly Happening[]): boolean =>
  recent.some((each) => each.who === who && each.what === what && at - each.at < 2000)

function withResult(before: Progress, { outcome }: PromptResult): Progress {
  return outcome === 'canceled' ? before : { ...before, [outcome]: before[outcome] + 1 }
}

type Take<T extends SpillwayEvent['type']> = (before: Progress, event: Extract<SpillwayEvent, { type: T }>) => Progress

/** What each event changes. */
const CHANGES: { readonly [T in SpillwayEvent['type']]?: Take<T> } = {
  'call.queued': (before, { callId, policy }) =>
    withActivity(before, callId, { doing: 'waiting', why: QUEUES[policy] ?? policy }),
  'attempt.started': (before, { callId, endpoint = '' }) =>
    withEndpoint(withActivity(before, callId, { doing: 'asking', endpoint }), endpoint, ({ inFlight }) => ({
      inFlight: inFlight + 1,
    })),
  'attempt.completed': (before, { endpoint = '', verdict, durationMs }) =>
    withEndpoint(before, endpoint, (view) => ({
      inFlight: Math.max(0, view.inFlight - 1),
      ...answered(view, verdict, durationMs),
    })),
  'retry.scheduled': (before, { callId }) => {
    const after = withActivity(before, callId, { doing: 'waiting', why: 'the next try' })
    return { ...after, retries: after.retries + 1 }
  },
  'endpoint.failed_over': (before) => ({ ...before, failovers: before.failovers + 1 }),
  'circuit.opened': (before, { partition }) => withEndpoint(before, partition, () => ({ circuit: 'open' })),
  'circuit.half_opened': (before, { partition }) => withEndpoint(before, partition, () => ({ circuit: 'half open' })),
  'circuit.closed': (before, { partition }) => withEndpoint(before, partition, () => ({ circuit: 'closed' })),
  'call.completed': (before, { callId }) => withActivity(before, callId, undefined),
}

function withEvent(before: Progress, event: SpillwayEvent): Progress {
  const take = CHANGES[event.type] as ((before: Progress, event: SpillwayEvent) => Progress) | undefined
  return take?.(before, event) ?? before
}

const QUEUES: Readonly<Record<string, string>> = {
  failover: 'an endpoint',
  bulkhead: 'a free place',
  rateLimit: 'the quota',
  circuitBreaker: 'the next probe',
}

function withActivity(before: Progress, callId: number | undefined, activity: Activity | undefined): Progress {
  if (callId === undefined) return before
  const calls = new Map(before.calls)
  if (activity === undefined) calls.delete(callId)
  else calls.set(callId, activity)
  return { ...before, calls }
}

function withEndpoint(before: Progress, name: string, change: (view: EndpointView) => Partial<EndpointView>): Progress {
  const view = before.endpoints[name] ?? FRESH
  return { ...before, endpoints: { ...before.endpoints, [name]: { ...view, ...change(view) } } }
}

function answered(view: EndpointView, verdict: Verdict, durationMs: number): Partial<EndpointView> {
  if (verdict.kind === 'canceled') return {}
  if (verdict.kind === 'success') {
    return { made: view.made + 1, answersMs: [durationMs, ...view.answersMs].slice(0, ANSWERS) }
  }
  const name = String(verdict.status ?? verdict.code ?? verdict.kind)
  return { failures: { ...view.failures, [name]: (view.failures[name] ?? 0) + 1 } }
}
