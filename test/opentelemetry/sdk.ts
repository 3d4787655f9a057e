import { context, type ContextManager } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, TracerProvider, type Sampler } from '@opentelemetry/sdk-trace'
import { onTestFinished } from 'vitest'
import { otlpReceiver, type Receiver } from './otlp-receiver.ts'

/** A real SDK that exports by OTLP over HTTP to a receiver of ours. */
export interface Sdk {
  readonly providers: {
    readonly tracerProvider: TracerProvider
    readonly meterProvider: MeterProvider
    readonly loggerProvider: LoggerProvider
  }
  readonly receiver: Receiver
  /** Exports what there is. */
  readonly flush: () => Promise<void>
}

/** Often enough is never: tests flush. */
const NEVER_MS = 2 ** 31 - 1

/** One context manager for the file: it holds no state of a test. */
const contextManager: ContextManager = new AsyncLocalStorageContextManager().enable()
context.setGlobalContextManager(contextManager)

export const startSdk = async (sampler?: Sampler): Promise<Sdk> => {
  const receiver = await otlpReceiver()
  const tracerProvider = new TracerProvider({
    ...(sampler === undefined ? {} : { sampler }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new OTLPTraceExporter({ url: `${receiver.url}/v1/traces` }),
        scheduledDelayMillis: NEVER_MS,
      }),
    ],
  })
  const meterProvider = new MeterProvider({
    readers: [
      new PeriodicExportingMetricReader({
        exporter: new OTLPMetricExporter({ url: `${receiver.url}/v1/metrics` }),
        exportIntervalMillis: NEVER_MS,
      }),
    ],
  })
  const loggerProvider = new LoggerProvider({
    processors: [
      new BatchLogRecordProcessor({
        exporter: new OTLPLogExporter({ url: `${receiver.url}/v1/logs` }),
        scheduledDelayMillis: NEVER_MS,
      }),
    ],
  })
  const all = [tracerProvider, meterProvider, loggerProvider]
  onTestFinished(async () => {
    await Promise.all(all.map((each) => each.shutdown()))
    await receiver.close()
  })
  return {
    providers: { tracerProvider, meterProvider, loggerProvider },
    receiver,
    flush: async () => void (await Promise.all(all.map((each) => each.forceFlush()))),
  }
}
