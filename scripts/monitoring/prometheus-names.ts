// What metrics and attributes are called in Prometheus, by OpenTelemetry's rules for it.
import { HEALTH_METRICS, type HealthMetricName } from '../../packages/opentelemetry/src/health-metric-definitions.ts'
import { METRICS, type MetricName } from '../../packages/opentelemetry/src/metric-definitions.ts'

const ALL = { ...METRICS, ...HEALTH_METRICS }

export const labelOf = (attribute: string): string => attribute.replaceAll('.', '_')

const baseOf = (name: string): string => name.replaceAll('.', '_')

/** A series by its metric, and the part of a histogram that is meant, with matchers such as `error_type!=""`. */
export const series = (
  metric: MetricName | HealthMetricName,
  matchers: readonly string[] = [],
  part: 'bucket' | 'count' | 'sum' = 'count',
): string => {
  const { name, kind, unit } = ALL[metric]
  const base = baseOf(name)
  const all = (named: readonly string[]): string => [...named, ...matchers].join(', ')
  if (kind === 'counter') return matchers.length === 0 ? `${base}_total` : `${base}_total{${all([])}}`
  if (kind !== 'histogram') return matchers.length === 0 ? base : `${base}{${all([])}}`
  // The exporter of the JavaScript SDK leaves the unit out of the name; the Collector and Prometheus' own OTLP receiver write it.
  return unit === 's'
    ? `{${all([`__name__=~"${base}(_seconds)?_${part}"`])}}`
    : `${base}_${part}${matchers.length === 0 ? '' : `{${all([])}}`}`
}
