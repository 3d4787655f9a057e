import type { Counter, Histogram, Meter } from '@opentelemetry/api'
import type { CallCompleted, SpillwayEvent, Verdict } from '@spillway/core'
import type { BoundedValues } from './bounded-values.ts'
import type { CallSums } from './call-sums.ts'
import { errorTypeOf, isError } from './error-type.ts'
import { METRICS, type MetricName } from './metric-definitions.ts'
import { ATTRIBUTE as A } from './semconv.ts'

type AttemptAccounted = Extract<SpillwayEvent, { type: 'attempt.accounted' }>

const LOOKUPS: Readonly<Partial<Record<SpillwayEvent['type'], string>>> = {
  'cache.hit': 'hit',
  'cache.missed': 'miss',
  'cache.coalesced': 'coalesced',
}

/** The metrics that count what happens: recorded as events come. */
export class EventMetrics {
  readonly #bounded: BoundedValues
  readonly #histograms: Readonly<Record<string, Histogram>>
  readonly #counters: Readonly<Record<string, Counter>>

  constructor(meter: Meter, bounded: BoundedValues) {
    this.#bounded = bounded
    const histograms: Record<string, Histogram> = {}
    const counters: Record<string, Counter> = {}
    for (const [short, definition] of Object.entries(METRICS)) {
      const { name, kind, unit, text: description, boundaries } = definition
      if (kind === 'counter') counters[short] = meter.createCounter(name, { unit, description })
      if (kind === 'histogram' && boundaries !== undefined) {
        const advice = { explicitBucketBoundaries: [...boundaries] }
        histograms[short] = meter.createHistogram(name, { unit, description, advice })
      }
    }
    this.#histograms = histograms
    this.#counters = counters
  }

  /** @param sums of the call that the event belongs to, where it is known */
  heard(event: SpillwayEvent, sums: CallSums | undefined): void {
    const { type, pipeline } = event
    if (type === 'call.completed') return this.#completed(event, sums)
    if (type === 'attempt.completed') {
      const { verdict, errorName, durationMs, endpoint } = event
      const failed = failedAs(isError(verdict), verdict, errorName)
      return this.#seconds('attemptDuration', durationMs, {
        [A.pipeline]: pipeline,
        [A.endpoint]: endpoint,
        [A.outcome]: verdict.kind,
        ...failed,
      })
    }
    if ('policy' in event) this.#policyDid(event)
  }

  #policyDid(event: Extract<SpillwayEvent, { policy: string }>): void {
    const { type, pipeline, endpoint, policy } = event
    const dryRun = 'dryRun' in event && event.dryRun
    const by = { [A.pipeline]: pipeline, [A.policy]: policy }
    this.#count('events', {
      ...by,
      [A.endpoint]: endpoint,
      [A.eventType]: type,
      ...(dryRun ? { [A.dryRun]: 'true' } : {}),
    })
    if (type === 'call.dequeued' || type === 'schedule.started') this.#seconds('queueWait', event.waitedMs, by)
    const lookup = LOOKUPS[type]
    if (lookup !== undefined)
      this.#count('cacheLookups', { ...by, [A.lookup]: type === 'cache.hit' && event.stale ? 'stale' : lookup })
    if (type === 'fallback.used') this.#count('fallbacks', { ...by, [A.outcome]: event.verdict })
    if (type === 'endpoint.failed_over')
      this.#count('failovers', { [A.pipeline]: pipeline, [A.from]: event.from, [A.to]: event.to })
    if (type === 'attempt.accounted') this.#accounted(event)
    if (type.endsWith('.rejected') && !dryRun)
      this.#count('rejections', {
        ...by,
        [A.reason]: 'reason' in event ? event.reason : type === 'cost.rejected' ? 'cost' : 'open',
      })
  }

  #accounted({ pipeline, endpoint, model, billed, usage, cost }: AttemptAccounted): void {
    const by = { [A.pipeline]: pipeline, [A.endpoint]: endpoint, [A.genAiRequestModel]: model }
    for (const [unit, used] of Object.entries(usage)) this.#count('usage', { ...by, [A.unit]: unit }, used)
    if (cost !== undefined) this.#count('cost', { ...by, [A.billed]: billed }, cost)
  }

  #completed({ pipeline, verdict, errorName, durationMs, at }: CallCompleted, sums: CallSums | undefined): void {
    const by = { [A.pipeline]: pipeline, [A.outcome]: verdict.kind }
    const failed = failedAs(errorName !== undefined && isError(verdict), verdict, errorName)
    this.#seconds('callDuration', durationMs, { ...by, ...failed })
    if (sums === undefined) return
    this.#seconds('callWaiting', Math.max(0, durationMs - sums.workedMs(at)), by)
    if (sums.retries > 0) {
      this.#record('retries', sums.retries, by)
      this.#seconds('retryDelay', sums.retryDelayMs, by)
    }
    if (sums.hedges > 0) this.#record('hedges', sums.hedges, by)
  }

  #seconds(metric: MetricName, ms: number, values: Readonly<Record<string, string | undefined>>): void {
    this.#record(metric, ms / 1000, values)
  }

  #record(metric: MetricName, value: number, values: Readonly<Record<string, string | undefined>>): void {
    this.#histograms[metric]?.record(value, this.#bounded.attributes(values))
  }

  #count(metric: MetricName, values: Readonly<Record<string, string | undefined>>, count = 1): void {
    this.#counters[metric]?.add(count, this.#bounded.attributes(values))
  }
}

const failedAs = (failed: boolean, verdict: Verdict, errorName: string | undefined): Record<string, string> =>
  failed ? { [A.errorType]: errorTypeOf(verdict, errorName) } : {}
