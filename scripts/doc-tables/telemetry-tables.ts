// The tables of what OpenTelemetry gets: from the definitions that the instruments, the alerts and the dashboard are made of.
import { HEALTH_METRICS } from '../../packages/opentelemetry/src/health-metric-definitions.ts'
import { METRICS } from '../../packages/opentelemetry/src/metric-definitions.ts'
import { SEMCONV_VERSION } from '../../packages/opentelemetry/src/semconv.ts'
import { ALERTS } from '../monitoring/alerts.ts'
import { plain, table, type Source } from './tables.ts'

const code = (text: string): string => `\`${text}\``

/** One row a metric. */
export const metricsTable = (): string =>
  table(
    ['metric', 'kind, unit', 'says', 'attributes'],
    Object.values({ ...METRICS, ...HEALTH_METRICS }).map(({ name, kind, unit, text, attributes }) => [
      code(name),
      `${kind}, ${code(unit)}`,
      text,
      attributes.map(code).join(', '),
    ]),
  )

/** One row an attribute, with what the comment above it says. */
export const attributesTable = (sources: readonly Source[]): string => {
  const source = sources.find(({ path }) => path.endsWith('opentelemetry/src/semconv.ts'))?.text ?? ''
  const rows = [...source.matchAll(/^ {2}\/\*\*(.*)\*\/\n {2}\w+: '(.+)',$/gm)]
  const version = `Names without \`spillway.\` are OpenTelemetry's, of its semantic conventions ${SEMCONV_VERSION}.`
  const all = table(
    ['attribute', 'says'],
    rows.map(([, text = '', name = '']) => [code(name), plain(text)]),
  )
  return `${version}\n\n${all}`
}

/** One row an alert. */
export const alertsTable = (): string =>
  table(
    ['alert', 'severity', 'fires when', 'what to do'],
    ALERTS.map(({ name, severity, when, todo }) => [code(name), severity, when, todo]),
  )
