import { ATTRIBUTE as A } from './semconv.ts'

/** One metric: what the instrument, the table in the documentation, the alerts and the dashboard are made from. */
export interface MetricDefinition {
  readonly name: string
  /** `gauge` and `updown` are read from the state of pipelines when metrics are collected. */
  readonly kind: 'histogram' | 'counter' | 'updown' | 'gauge'
  readonly unit: string
  readonly text: string
  readonly attributes: readonly string[]
  /** Of a histogram. */
  readonly boundaries?: readonly number[]
}

/**
 * In seconds. Doubling from 0.01 as OpenTelemetry's conventions for generative AI do, and on past their end of 82: an image
 * takes a hundred seconds while its model is overloaded.
 */
const SECONDS: readonly number[] = Array.from({ length: 17 }, (_, i) => 2 ** i / 100)
const FEW: readonly number[] = [1, 2, 3, 4, 5, 10, 20]

type Definition = Omit<MetricDefinition, 'attributes'>
const at = (definition: Definition, ...attributes: readonly string[]): MetricDefinition => ({
  ...definition,
  attributes: [A.pipeline, ...attributes],
})
const seconds = (name: string, text: string): Definition => ({
  name,
  kind: 'histogram',
  unit: 's',
  text,
  boundaries: SECONDS,
})
const few = (name: string, unit: string, text: string): Definition => ({
  name,
  kind: 'histogram',
  unit,
  text,
  boundaries: FEW,
})
const counter = (name: string, unit: string, text: string): Definition => ({ name, kind: 'counter', unit, text })
const updown = (name: string, unit: string, text: string): Definition => ({ name, kind: 'updown', unit, text })
const gauge = (name: string, unit: string, text: string): Definition => ({ name, kind: 'gauge', unit, text })

/** The short name of a metric. */
export type MetricName =
  | 'callDuration'
  | 'callWaiting'
  | 'retries'
  | 'retryDelay'
  | 'hedges'
  | 'attemptDuration'
  | 'queueWait'
  | 'events'
  | 'rejections'
  | 'cacheLookups'
  | 'fallbacks'
  | 'failovers'
  | 'usage'
  | 'cost'
  | 'callsActive'
  | 'orphans'
  | 'concurrencyUsage'
  | 'concurrencyLimit'
  | 'queueUsage'
  | 'queueLimit'
  | 'rateLimitUsage'
  | 'rateLimitLimit'
  | 'retryBudgetUsage'
  | 'retryBudgetLimit'
  | 'circuitState'
  | 'endpointEjected'

/** Every metric there is. */
export const METRICS: Readonly<Record<MetricName, MetricDefinition>> = {
  callDuration: at(
    seconds('spillway.call.duration', 'How long calls took, until their stream was read where there was one.'),
    A.outcome,
    A.errorType,
  ),
  callWaiting: at(
    seconds('spillway.call.waiting.duration', 'How much of that no attempt was at work: queues, delays, quotas.'),
    A.outcome,
  ),
  retries: at(few('spillway.call.retries', '{retry}', 'Retries of a call, where there were any.'), A.outcome),
  retryDelay: at(
    seconds('spillway.call.retry_delay', 'All delays before the retries of a call, where there were any.'),
    A.outcome,
  ),
  hedges: at(few('spillway.call.hedges', '{hedge}', 'Hedges of a call, where there were any.'), A.outcome),
  attemptDuration: at(
    seconds('spillway.attempt.duration', 'How long attempts took: what the provider did, counted at the caller.'),
    A.endpoint,
    A.outcome,
    A.errorType,
  ),
  queueWait: at(seconds('spillway.queue.wait.duration', 'How long calls stood in a line before their turn.'), A.policy),
  events: at(
    counter('spillway.policy.events', '{event}', 'What policies did, by type of event.'),
    A.policy,
    A.endpoint,
    A.eventType,
    A.dryRun,
  ),
  rejections: at(
    counter('spillway.rejections', '{rejection}', 'Calls and attempts that a policy refused.'),
    A.policy,
    A.reason,
  ),
  cacheLookups: at(
    counter('spillway.cache.lookups', '{lookup}', 'Calls with a cache key, by what the cache had.'),
    A.policy,
    A.lookup,
  ),
  fallbacks: at(
    counter('spillway.fallbacks', '{fallback}', 'Other answers given instead of a failure, by its verdict.'),
    A.policy,
    A.outcome,
  ),
  failovers: at(counter('spillway.failovers', '{failover}', 'Attempts moved to another endpoint.'), A.from, A.to),
  usage: at(
    counter('spillway.usage', '{unit}', 'What attempts used, where an account is kept.'),
    A.endpoint,
    A.genAiRequestModel,
    A.unit,
  ),
  cost: at(
    counter('spillway.cost', '{cost}', 'What attempts cost, where an account is kept: in the currency of its prices.'),
    A.endpoint,
    A.genAiRequestModel,
    A.billed,
  ),
  callsActive: at(updown('spillway.call.active', '{call}', 'Calls under way.')),
  orphans: at(
    updown('spillway.attempt.orphaned', '{attempt}', 'Abandoned attempts whose operation goes on: they may be billed.'),
  ),
  concurrencyUsage: at(
    updown('spillway.concurrency.usage', '{call}', 'Places taken in a bulkhead or an adaptive limit.'),
    A.policy,
    A.endpoint,
  ),
  concurrencyLimit: at(updown('spillway.concurrency.limit', '{call}', 'Places that there are.'), A.policy, A.endpoint),
  queueUsage: at(updown('spillway.queue.usage', '{call}', 'Calls that stand in a line now.'), A.policy, A.endpoint),
  queueLimit: at(updown('spillway.queue.limit', '{call}', 'How many may, where that is bounded.'), A.policy),
  rateLimitUsage: at(
    gauge('spillway.rate_limit.usage', '{permit}', 'Permits of a quota that are used now.'),
    A.policy,
    A.endpoint,
    A.unit,
    A.quota,
  ),
  rateLimitLimit: at(
    gauge('spillway.rate_limit.limit', '{permit}', 'Permits that there are.'),
    A.policy,
    A.endpoint,
    A.unit,
    A.quota,
  ),
  retryBudgetUsage: at(gauge('spillway.retry_budget.usage', '{retry}', 'Retries spent of a budget.'), A.policy),
  retryBudgetLimit: at(gauge('spillway.retry_budget.limit', '{retry}', 'Retries that it covers now.'), A.policy),
  circuitState: at(
    gauge('spillway.circuit.state', '{circuit}', 'Circuits in each state: 1 for the one that a circuit is in.'),
    A.policy,
    A.endpoint,
    A.circuitState,
    A.dryRun,
  ),
  endpointEjected: at(
    gauge('spillway.endpoint.ejected', '{endpoint}', '1 while an endpoint is passed over, else 0.'),
    A.policy,
    A.endpoint,
  ),
}
