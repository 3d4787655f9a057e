import { context, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace'
import { registerSpillway } from '@spillway/opentelemetry'

/** Tracing as a service sets it up, only that spans stay here to be drawn instead of going to a collector. */
export const startTracing = (): {
  readonly spans: () => readonly ReadableSpan[]
  readonly stop: () => Promise<void>
} => {
  const exporter = new InMemorySpanExporter() // in a service: new OTLPTraceExporter(), and a BatchSpanProcessor around it
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(provider)
  // The requests of fetch, which the official client makes: each is inside the attempt that it belongs to.
  const http = new UndiciInstrumentation()
  http.setTracerProvider(provider)
  const stopSpillway = registerSpillway()
  return {
    spans: () => exporter.getFinishedSpans(),
    async stop() {
      stopSpillway()
      http.disable()
      await provider.shutdown()
      trace.disable()
      context.disable()
      propagation.disable()
    },
  }
}
