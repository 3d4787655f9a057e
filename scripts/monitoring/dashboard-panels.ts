// The panels of the dashboard: one for each question that somebody asks at night.
import { ATTRIBUTE as A } from '../../packages/opentelemetry/src/semconv.ts'
import type { HealthMetricName } from '../../packages/opentelemetry/src/health-metric-definitions.ts'
import type { MetricName } from '../../packages/opentelemetry/src/metric-definitions.ts'
import { labelOf, series } from './prometheus-names.ts'

interface Query {
  readonly expr: string
  readonly legend: string
}

export interface PanelPlan {
  readonly title: string
  readonly text: string
  readonly unit: string
  readonly queries: readonly Query[]
  readonly stacked?: boolean
}

const pipeline = labelOf(A.pipeline)
const CHOSEN = [`job=~"$job"`, `${pipeline}=~"$pipeline"`]
const of = (metric: MetricName, matchers: readonly string[] = [], part?: 'bucket' | 'sum'): string =>
  series(metric, [...CHOSEN, ...matchers], part)
const rate = (selector: string): string => `rate(${selector}[$__rate_interval])`
const sum = (labels: readonly string[], what: string): string => `sum by (${labels.join(', ')}) (${what})`
const legend = (...labels: readonly string[]): string => labels.map((label) => `{{${label}}}`).join(' ')
const counted = (metric: MetricName, ...attributes: readonly string[]): Query => {
  const labels = attributes.map(labelOf)
  return { expr: sum(labels, rate(of(metric))), legend: legend(...labels) }
}
const quantile = (metric: MetricName, q: number, ...attributes: readonly string[]): Query => {
  const labels = attributes.map(labelOf)
  const expr = `histogram_quantile(${q}, ${sum([...labels, 'le'], rate(of(metric, [], 'bucket')))})`
  return { expr, legend: `p${q * 100} ${legend(...labels)}`.trim() }
}
const state = (metric: MetricName, ...attributes: readonly string[]): Query => {
  const labels = attributes.map(labelOf)
  return { expr: sum(labels, of(metric)), legend: legend(...labels) }
}
const named = (query: Query, name: string): Query => ({ ...query, legend: `${name} ${query.legend}`.trim() })
const mean = (metric: MetricName): string => `sum(${rate(of(metric, [], 'sum'))}) / sum(${rate(of('callDuration'))})`

/** What a monitor knows is not a pipeline's. */
const known = (metric: HealthMetricName, ...attributes: readonly string[]): Query => {
  const labels = attributes.map(labelOf)
  return { expr: `${sum(labels, series(metric, ['job=~"$job"']))} > 0`, legend: legend(...labels) }
}

/** By row. */
export const ROWS: Readonly<Record<string, readonly PanelPlan[]>> = {
  Calls: [
    {
      title: 'Calls',
      text: 'By how they ended.',
      unit: 'reqps',
      stacked: true,
      queries: [counted('callDuration', A.outcome)],
    },
    {
      title: 'Why calls fail',
      text: 'Errors that callers got, by type.',
      unit: 'reqps',
      stacked: true,
      queries: [
        { expr: sum(['error_type'], rate(of('callDuration', ['error_type!=""']))), legend: legend('error_type') },
      ],
    },
    {
      title: 'How long calls take',
      text: 'Until their stream was read.',
      unit: 's',
      queries: [0.5, 0.95, 0.99].map((q) => quantile('callDuration', q, A.pipeline)),
    },
    {
      title: 'Waiting and working',
      text: 'The mean call: how long it waited, and how long it took in all.',
      unit: 's',
      queries: [
        { expr: mean('callWaiting'), legend: 'waiting' },
        { expr: mean('callDuration'), legend: 'in all' },
      ],
    },
    {
      title: 'Under way',
      text: 'Calls, and abandoned attempts that are still at work.',
      unit: 'short',
      queries: [named(state('callsActive', A.pipeline), 'calls'), named(state('orphans', A.pipeline), 'orphans')],
    },
    {
      title: 'Retries and hedges',
      text: 'What calls needed besides their first attempt.',
      unit: 'reqps',
      queries: [
        { expr: `sum(${rate(of('retries', [], 'sum'))})`, legend: 'retries' },
        { expr: `sum(${rate(of('hedges', [], 'sum'))})`, legend: 'hedges' },
        quantile('retryDelay', 0.95),
      ],
    },
  ],
  Endpoints: [
    {
      title: 'Attempts',
      text: 'By endpoint and verdict.',
      unit: 'reqps',
      stacked: true,
      queries: [counted('attemptDuration', A.endpoint, A.outcome)],
    },
    {
      title: 'How long attempts take',
      text: 'What each endpoint does, counted at the caller.',
      unit: 's',
      queries: [quantile('attemptDuration', 0.5, A.endpoint), quantile('attemptDuration', 0.95, A.endpoint)],
    },
    { title: 'Failovers', text: 'From where to where.', unit: 'reqps', queries: [counted('failovers', A.from, A.to)] },
    {
      title: 'Circuits that are not closed',
      text: 'Open, probing, or held open by hand.',
      unit: 'short',
      stacked: true,
      queries: [
        {
          expr: sum(
            [labelOf(A.policy), labelOf(A.endpoint), labelOf(A.circuitState)],
            of('circuitState', [`${labelOf(A.circuitState)}!="closed"`]),
          ),
          legend: legend(labelOf(A.endpoint), labelOf(A.circuitState)),
        },
      ],
    },
    {
      title: 'Passed over',
      text: '1 while failover passes an endpoint over.',
      unit: 'short',
      queries: [state('endpointEjected', A.endpoint)],
    },
    {
      title: 'Quotas',
      text: 'How much of each is used.',
      unit: 'percentunit',
      queries: [
        {
          expr: `max by (${[A.endpoint, A.unit, A.quota].map(labelOf).join(', ')}) (${of('rateLimitUsage')} / (${of('rateLimitLimit')} > 0))`,
          legend: legend(...[A.endpoint, A.unit, A.quota].map(labelOf)),
        },
      ],
    },
  ],
  Policies: [
    {
      title: 'Refusals',
      text: 'By policy and reason.',
      unit: 'reqps',
      stacked: true,
      queries: [counted('rejections', A.policy, A.reason)],
    },
    {
      title: 'Lines',
      text: 'Calls that stand in line, and how many may.',
      unit: 'short',
      queries: [state('queueUsage', A.policy, A.endpoint), named(state('queueLimit', A.policy), 'limit of')],
    },
    {
      title: 'How long they stand',
      text: 'One in twenty stands longer.',
      unit: 's',
      queries: [quantile('queueWait', 0.95, A.policy)],
    },
    {
      title: 'Places',
      text: 'Taken, and how many there are.',
      unit: 'short',
      queries: [
        state('concurrencyUsage', A.policy, A.endpoint),
        named(state('concurrencyLimit', A.policy, A.endpoint), 'limit of'),
      ],
    },
    {
      title: 'Retry budgets',
      text: 'Spent, of what is covered.',
      unit: 'percentunit',
      queries: [
        {
          expr: `max by (${labelOf(A.policy)}) (${of('retryBudgetUsage')} / (${of('retryBudgetLimit')} > 0))`,
          legend: legend(labelOf(A.policy)),
        },
      ],
    },
    {
      title: 'Cache',
      text: 'What calls with a key found.',
      unit: 'reqps',
      stacked: true,
      queries: [counted('cacheLookups', A.lookup)],
    },
    {
      title: 'Fallbacks',
      text: 'Other answers, by what they replace.',
      unit: 'reqps',
      queries: [counted('fallbacks', A.policy, A.outcome)],
    },
    {
      title: 'Everything that policies did',
      text: 'By type of event.',
      unit: 'ops',
      stacked: true,
      queries: [counted('events', A.eventType)],
    },
  ],
  Health: [
    {
      title: 'Observed health',
      text: 'What the calls see of each model at each endpoint. From a monitor.',
      unit: 'short',
      stacked: true,
      queries: [known('healthState', A.endpoint, A.genAiRequestModel, A.healthState)],
    },
    {
      title: 'Status pages',
      text: 'What providers say. From a monitor.',
      unit: 'short',
      stacked: true,
      queries: [known('feedState', A.feed, A.feedState)],
    },
    {
      title: 'Disagreements',
      text: '1 while calls and a status page say different things. From a monitor.',
      unit: 'short',
      queries: [known('disagreement', A.feed, A.endpoint, A.worse)],
    },
  ],
}
