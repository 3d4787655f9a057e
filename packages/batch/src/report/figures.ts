import type { VerdictKind } from '@spillway/core'
import type { AttemptRecord, RunRecord, WaitRecord } from '../journal/records.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** A stretch of time. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** What ended in one stretch: items above, requests that gave nothing below. */
export interface OutcomeBucket extends Span {
  readonly done: number
  readonly failed: number
  readonly overloaded: number
  readonly throttled: number
  readonly otherwise: number
}

/** How long answers took in one hour of the UTC day. */
export interface HourLatency {
  readonly hour: number
  readonly answers: number
  readonly p50Ms: number
  readonly p95Ms: number
}

/** Something that was so from one instant to another, in a lane of its own. */
export interface Lane {
  readonly name: string
  /** Where something is waited for, when it is at one endpoint. */
  readonly endpoint?: string
  readonly spans: readonly (Span & { readonly state: string })[]
}

/** What had been spent by an instant, and how much of it brought no picture. */
export interface CostPoint {
  readonly at: number
  readonly spent: number
  readonly lost: number
}

/** When the run was: from its first launch to the last thing that is known of it. */
export const spanOf = ({ createdAt, launches, items, attempts, endpointStates }: RunRecord, now: number): Span => {
  const known = [
    ...launches.flatMap(({ startedAt, endedAt }) => [startedAt, endedAt ?? startedAt]),
    ...items.map(({ endedAt }) => endedAt ?? 0),
    ...attempts.map(({ startedAt, endedAt }) => endedAt ?? startedAt),
    ...endpointStates.map(({ at }) => at),
  ]
  const running = launches.some(({ endedAt, stopped }) => endedAt === undefined && stopped === undefined)
  const to = known.reduce((latest, at) => Math.max(latest, at), createdAt)
  const from = launches[0]?.startedAt ?? createdAt
  return { from, to: Math.max(to, from + SECOND, running ? Math.min(now, to + MINUTE) : 0) }
}

const STEPS = [
  ...[1, 2, 5, 10, 20, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12, 24, 48, 168].map((hours) => hours * HOUR),
]

/** The smallest round step with which a span has no more than so many. */
export const stepFor = ({ from, to }: Span, atMost: number): number =>
  STEPS.find((step) => (to - from) / step <= atMost - 1) ??
  Math.ceil((to - from) / (atMost - 1) / (168 * HOUR)) * 168 * HOUR

const OVERLOADED: ReadonlySet<VerdictKind | undefined> = new Set(['overloaded'])
const THROTTLED: ReadonlySet<VerdictKind | undefined> = new Set(['throttled', 'quota_exhausted'])
const NO_FAILURE: ReadonlySet<VerdictKind | undefined> = new Set(['success', 'canceled', undefined])

/** What ended when, in stretches of a round length. */
export const outcomesOf = (run: RunRecord, span: Span): OutcomeBucket[] => {
  const step = stepFor(span, 60)
  const first = Math.floor(span.from / step) * step
  const empty = { done: 0, failed: 0, overloaded: 0, throttled: 0, otherwise: 0 }
  const buckets = Array.from({ length: Math.floor((span.to - first) / step) + 1 }, (_, i) => ({
    ...empty,
    from: first + i * step,
    to: first + (i + 1) * step,
  }))
  const at = (instant: number): (typeof buckets)[number] | undefined => buckets[Math.floor((instant - first) / step)]
  for (const { state, endedAt } of run.items) {
    const bucket = endedAt === undefined ? undefined : at(endedAt)
    if (bucket !== undefined && (state === 'done' || state === 'failed')) bucket[state]++
  }
  for (const { verdict, endedAt } of run.attempts) {
    const bucket = endedAt === undefined || NO_FAILURE.has(verdict) ? undefined : at(endedAt)
    if (bucket === undefined) continue
    bucket[OVERLOADED.has(verdict) ? 'overloaded' : THROTTLED.has(verdict) ? 'throttled' : 'otherwise']++
  }
  return buckets
}

const quantile = (sorted: readonly number[], ratio: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(ratio * sorted.length))] ?? Number.NaN

/** How long the answers took, in milliseconds and in order. */
export const answersOf = (attempts: readonly AttemptRecord[]): number[] =>
  attempts
    .flatMap(({ verdict, startedAt, endedAt }) =>
      verdict === 'success' && endedAt !== undefined ? [endedAt - startedAt] : [],
    )
    .toSorted((a, b) => a - b)

/** The middle of something that is in order. */
export const medianOf = (sorted: readonly number[]): number => quantile(sorted, 0.5)

/** Answer times by the UTC hour in which they came, which is how calm hours are told. */
export const latencyOf = ({ attempts }: RunRecord): HourLatency[] => {
  const byHour = Map.groupBy(
    attempts.filter(({ endedAt }) => endedAt !== undefined),
    ({ endedAt = 0 }) => new Date(endedAt).getUTCHours(),
  )
  return [...byHour]
    .map(([hour, ended]) => ({ hour, answers: answersOf(ended) }))
    .filter(({ answers }) => answers.length > 0)
    .map(({ hour, answers }) => ({
      hour,
      answers: answers.length,
      p50Ms: quantile(answers, 0.5),
      p95Ms: quantile(answers, 0.95),
    }))
    .toSorted((a, b) => a.hour - b.hour)
}

/** A lane for each endpoint, from launch to launch, and one for each reason to wait. */
export const lanesOf = (run: RunRecord, span: Span): Lane[] => {
  const launches = run.launches.map(({ startedAt, endedAt, number }, i) => ({
    from: startedAt,
    to: endedAt ?? (i === run.launches.length - 1 ? span.to : lastSignOf(run, number, startedAt)),
  }))
  const names = new Set([...run.attempts, ...run.endpointStates].map(({ endpoint }) => endpoint))
  const endpoints = [...names].map((name): Lane => {
    const changes = run.endpointStates.filter(({ endpoint }) => endpoint === name)
    const spans = launches.flatMap(({ from, to }) => {
      const within = changes.filter(({ at }) => at >= from && at < to)
      // A process begins without a memory of what was.
      return [{ at: from, state: 'closed' }, ...within].map(({ at, state }, i) => ({
        from: at,
        to: within[i]?.at ?? to,
        state,
      }))
    })
    return { name, spans: spans.filter(({ from, to }) => to > from) }
  })
  const reasons = Map.groupBy(run.waits, ({ reason, endpoint }) => JSON.stringify([reason, endpoint]))
  const waits = [...reasons.values()].map((waited): Lane => {
    const { reason, endpoint } = waited[0] as WaitRecord
    const spans = waited.map(({ startedAt, endedAt }) => ({
      from: startedAt,
      to: endedAt ?? span.to,
      state: 'waiting',
    }))
    return { name: reason, ...(endpoint !== undefined && { endpoint }), spans }
  })
  return [...endpoints, ...waits]
}

/** Until when a launch that was killed is known to have been at work. */
const lastSignOf = ({ attempts }: RunRecord, number: number, startedAt: number): number =>
  attempts
    .filter(({ launch }) => launch === number)
    .reduce((latest, attempt) => Math.max(latest, attempt.endedAt ?? attempt.startedAt), startedAt)

/** What was spent, request by request, as it ended. */
export const costsOf = ({ attempts }: RunRecord): CostPoint[] => {
  let [spent, lost] = [0, 0]
  return attempts
    .filter(({ cost }) => cost > 0)
    .map(({ cost, verdict, startedAt, endedAt }) => ({ at: endedAt ?? startedAt, cost, lost: verdict !== 'success' }))
    .toSorted((a, b) => a.at - b.at)
    .map((each) => {
      spent += each.cost
      if (each.lost) lost += each.cost
      return { at: each.at, spent, lost }
    })
}
