import type { MetricDefinition } from './metric-definitions.ts'
import { ATTRIBUTE as A } from './semconv.ts'

/** The short name of a metric of a monitor. */
export type HealthMetricName = 'healthState' | 'feedState' | 'disagreement'

/** What a monitor knows, read when metrics are collected. */
export const HEALTH_METRICS: Readonly<Record<HealthMetricName, MetricDefinition>> = {
  healthState: {
    name: 'spillway.health.state',
    kind: 'gauge',
    unit: '{endpoint}',
    text: 'Models at endpoints in each state, as calls observe them: 1 for the one that it is in. Of a monitor.',
    attributes: [A.endpoint, A.genAiRequestModel, A.healthState],
  },
  feedState: {
    name: 'spillway.feed.state',
    kind: 'gauge',
    unit: '{feed}',
    text: 'Status feeds in each state: 1 for what a feed says. Of a monitor.',
    attributes: [A.feed, A.feedState],
  },
  disagreement: {
    name: 'spillway.health.disagreement',
    kind: 'gauge',
    unit: '{disagreement}',
    text: '1 while calls and a status feed have been saying different things for a while. Of a monitor.',
    attributes: [A.endpoint, A.genAiRequestModel, A.feed, A.worse],
  },
}
