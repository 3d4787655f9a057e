import * as api from '@opentelemetry/api'
import type { Meter, Observable } from '@opentelemetry/api'
import type { BoundedValues } from './bounded-values.ts'
import { HEALTH_METRICS, type HealthMetricName } from './health-metric-definitions.ts'
import type { HealthSource } from './health-source.ts'
import { observeSeries } from './observe-series.ts'
import { ATTRIBUTE as A } from './semconv.ts'

const HEALTH_STATES = ['healthy', 'degraded', 'overloaded', 'down', 'unknown']
const FEED_STATES = ['operational', 'degraded', 'down', 'unknown']

/** Tells what a monitor knows, whenever somebody collects. Gives back how to stop. */
export const healthMetrics = (meter: Meter, bounded: BoundedValues, source: HealthSource): (() => void) => {
  const observables = new Map<HealthMetricName, Observable>()
  for (const [short, { name, unit, text: description }] of Object.entries(HEALTH_METRICS))
    observables.set(short as HealthMetricName, meter.createObservableGauge(name, { unit, description }))
  return observeSeries(meter, observables, (book) => {
    try {
      readHealth(source, (metric, value, values) => {
        const series = book.of(metric, bounded.attributes(values))
        // What is `other` stands for several.
        series.value = Math.max(series.value, value)
      })
    } catch (error) {
      api.diag.warn('The health of a monitor cannot be read.', error)
    }
  })
}

type Take = (metric: HealthMetricName, value: number, values: Readonly<Record<string, string | undefined>>) => void

const readHealth = (source: HealthSource, take: Take): void => {
  const { endpoints, feeds, disagreements } = source.health()
  for (const { endpoint, model, level } of endpoints)
    for (const state of HEALTH_STATES) {
      const by = { [A.endpoint]: endpoint, [A.genAiRequestModel]: model, [A.healthState]: state }
      take('healthState', level === state ? 1 : 0, by)
    }
  for (const { feed, level } of feeds)
    for (const state of FEED_STATES)
      take('feedState', level === state ? 1 : 0, { [A.feed]: feed, [A.feedState]: state })
  for (const { endpoint, model, feed, worse } of disagreements)
    take('disagreement', 1, { [A.endpoint]: endpoint, [A.genAiRequestModel]: model, [A.feed]: feed, [A.worse]: worse })
}
