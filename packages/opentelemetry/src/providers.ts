import * as api from '@opentelemetry/api'
import type { Meter, Tracer } from '@opentelemetry/api'
import { warnOfMismatch } from './api-mismatch.ts'
import type { LoggerSource, OpenTelemetryOptions } from './open-telemetry-options.ts'
import { SCOPE } from './semconv.ts'
import { VERSION } from './version.ts'

type Logger = ReturnType<LoggerSource['getLogger']>

/** Stands for whoever has not been registered: nothing is made for it. */
const NOOP_METER = api.createNoopMeter()

/**
 * Who takes what this process tells: those that were handed in, or the global ones once an SDK has registered them. Asking
 * costs nothing that could be measured and makes no garbage.
 */
export class Providers {
  readonly #options: OpenTelemetryOptions
  #tracer: Tracer | undefined
  #meter: Meter | undefined
  #logger: Logger | undefined

  constructor(options: OpenTelemetryOptions) {
    this.#options = options
  }

  /** Whether there is any. */
  get any(): boolean {
    if (this.tracer !== undefined || this.meter !== undefined || this.logger !== undefined) return true
    warnOfMismatch()
    return false
  }

  get tracer(): Tracer | undefined {
    return (this.#tracer ??= this.#options.tracerProvider?.getTracer(SCOPE, VERSION) ?? globalTracer())
  }

  get meter(): Meter | undefined {
    return (this.#meter ??= this.#options.meterProvider?.getMeter(SCOPE, VERSION) ?? globalMeter())
  }

  get logger(): Logger | undefined {
    return (this.#logger ??= this.#options.loggerProvider?.getLogger(SCOPE, VERSION) ?? globalLogger())
  }
}

/** Before an SDK there is a proxy without anybody behind it. */
const globalTracer = (): Tracer | undefined => {
  const provider = api.trace.getTracerProvider() as Partial<api.ProxyTracerProvider> & api.TracerProvider
  return typeof provider.getDelegateTracer === 'function'
    ? provider.getDelegateTracer(SCOPE, VERSION)
    : provider.getTracer(SCOPE, VERSION)
}

const globalMeter = (): Meter | undefined => {
  const meter = api.metrics.getMeter(SCOPE, VERSION)
  return meter === NOOP_METER ? undefined : meter
}

/** An API before 1.10 has no logs. */
const { logs } = api as { readonly logs?: { getLoggerProvider(): LoggerSource } }

/** Before an SDK there is a proxy here as well, of a class that has no public name. */
const globalLogger = (): Logger | undefined => {
  const provider = logs?.getLoggerProvider()
  return provider === undefined || '_getDelegateLogger' in provider ? undefined : provider.getLogger(SCOPE, VERSION)
}
