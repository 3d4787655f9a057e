// A process whose OpenTelemetry is of the line before: SDK 2 and API 1.9. Prints what it exported, as JSON.
import { registerHooks } from 'node:module'
import { context, metrics, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'

// A process has one copy of the API, as a peer dependency gets it: this folder's. The workspace would give the package its own.
// `--two-copies` leaves it at that: the application's copy is older than the package's.
if (!process.argv.includes('--two-copies'))
  registerHooks({
    resolve: (specifier, from, next) =>
      next(specifier, specifier === '@opentelemetry/api' ? { ...from, parentURL: import.meta.url } : from),
  })
const { cache, constantBackoff, pipeline, retry } = await import('@spillway/core')
const { registerSpillway } = await import('@spillway/opentelemetry')

registerSpillway()
const calls = pipeline([cache({ key: () => 'the same' }), retry({ backoff: constantBackoff(1) })], { name: 'images' })

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
const spans = new InMemorySpanExporter()
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }))
const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))

const operation = async ({ attempt }: { readonly attempt: number }): Promise<string> => {
  trace.getTracer('test').startSpan(`request ${attempt}`).end()
  if (attempt === 1) throw new Error('busy')
  return 'an image'
}
await Promise.all([calls.execute(operation), calls.execute(operation)])
await reader.forceFlush()

console.log(
  JSON.stringify({
    spans: spans.getFinishedSpans().map((span) => ({
      name: span.name,
      id: span.spanContext().spanId,
      parent: span.parentSpanContext?.spanId,
      status: span.status.code,
      links: span.links.map((link) => link.context.spanId),
    })),
    metrics: exporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) =>
        scopeMetrics.flatMap((scope) => scope.metrics.map(({ descriptor }) => descriptor.name)),
      ),
  }),
)
await reader.shutdown()
