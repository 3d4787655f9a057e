import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { onTestFinished } from 'vitest'

/** A meter provider that can be scraped, and what a scrape would give now. */
export interface Scraped {
  readonly exporter: PrometheusExporter
  readonly meterProvider: MeterProvider
  readonly scrape: () => Promise<string>
}

export const scraped = (): Scraped => {
  const exporter = new PrometheusExporter({
    preventServerStart: true,
    withoutScopeInfo: true,
    withoutTargetInfo: true,
  })
  const meterProvider = new MeterProvider({ readers: [exporter] })
  onTestFinished(() => meterProvider.shutdown())
  const serializer = new PrometheusSerializer(undefined, false, undefined, true, true)
  return {
    exporter,
    meterProvider,
    scrape: async () => serializer.serialize((await exporter.collect()).resourceMetrics),
  }
}

/** The series of a scrape with their values. */
export const seriesOf = (text: string): Map<string, string> =>
  new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const at = line.lastIndexOf(' ')
        return [line.slice(0, at).replace('{', '{job="api",'), line.slice(at + 1)]
      }),
  )
