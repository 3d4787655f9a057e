import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { AlwaysOffSampler, TracerProvider, type Span, type SpanProcessor } from '@opentelemetry/sdk-trace'
import { instrument, type OpenTelemetryOptions } from '@spillway/opentelemetry'
import { fivePolicies, type Stack } from './stacks.ts'

/** Takes every span as an exporter's queue would, and keeps none: what an exporter costs is its own. */
const discard: SpanProcessor = {
  onStart() {},
  onEnd(span: Pick<Span, 'attributes'>) {
    void span.attributes
  },
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
}

const metrics = (): MeterProvider => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  return new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })],
  })
}

const instrumented = (name: string, options: OpenTelemetryOptions): Stack => {
  const calls = fivePolicies()
  instrument(calls, options)
  return { name, execute: (fn) => calls.execute(fn) }
}

/** Five policies without the plugin, with it and no SDK, and with an SDK that takes traces, metrics or both. */
export const withOpenTelemetry = (): Stack[] => {
  const plain = fivePolicies()
  const noSdk = instrumented('OpenTelemetry plugin, no SDK', {})
  // From here on there is one: what is global reaches the stacks above only if they ask for it.
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const sampled = new TracerProvider({ spanProcessors: [discard] })
  const unsampled = new TracerProvider({ sampler: new AlwaysOffSampler(), spanProcessors: [discard] })
  return [
    { name: 'bare await', execute: (fn) => fn() },
    { name: 'Spillway', execute: (fn) => plain.execute(fn) },
    noSdk,
    instrumented('OpenTelemetry plugin, metrics', { meterProvider: metrics() }),
    instrumented('OpenTelemetry plugin, traces that are not sampled', { tracerProvider: unsampled }),
    instrumented('OpenTelemetry plugin, traces', { tracerProvider: sampled }),
    instrumented('OpenTelemetry plugin, traces and metrics', { tracerProvider: sampled, meterProvider: metrics() }),
  ]
}
