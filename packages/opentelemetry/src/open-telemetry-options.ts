import { checkKnown, checkNumber, InvalidOptionsError } from '@spillway/core'
import type { Context, MeterProvider, TracerProvider } from '@opentelemetry/api'

/** Who takes logs: a `LoggerProvider` of the OpenTelemetry API, or of `@opentelemetry/api-logs` beside an API before 1.10. */
export interface LoggerSource {
  getLogger(
    name: string,
    version?: string,
  ): {
    emit(record: {
      eventName?: string
      severityNumber?: number
      severityText?: string
      timestamp?: Date
      attributes?: Record<string, string | number | boolean>
      context?: Context
    }): void
  }
}

/** Options of {@link instrument} and {@link registerSpillway}. */
export interface OpenTelemetryOptions {
  /** Who makes spans. @default the global one, also where it is registered later */
  readonly tracerProvider?: TracerProvider
  /** Who makes instruments. @default the global one, also where it is registered later */
  readonly meterProvider?: MeterProvider
  /** Who takes logs. @default the global one of an OpenTelemetry API from 1.10 on */
  readonly loggerProvider?: LoggerSource
  /**
   * How many different values an attribute of a metric may have before the rest is counted as `other`: an integer of at
   * least 1. @default 100
   */
  readonly maxAttributeValues?: number
}

/** What {@link instrument} and {@link registerSpillway} take where an option is left out. */
export const OPEN_TELEMETRY_DEFAULTS: { readonly maxAttributeValues: number } = { maxAttributeValues: 100 }

const PROVIDERS = { tracerProvider: 'getTracer', meterProvider: 'getMeter', loggerProvider: 'getLogger' } as const

/** @throws InvalidOptionsError naming what cannot be */
export const checkOpenTelemetryOptions = (owner: string, options: OpenTelemetryOptions): void => {
  checkKnown(owner, options, [...Object.keys(PROVIDERS), 'maxAttributeValues'])
  for (const [option, method] of Object.entries(PROVIDERS)) {
    const given = options[option as keyof typeof PROVIDERS] as Record<string, unknown> | undefined
    if (given !== undefined && typeof given?.[method] !== 'function')
      throw new InvalidOptionsError(`${owner}.${option}`, given, `a provider: an object with ${method}()`)
  }
  if (options.maxAttributeValues !== undefined)
    checkNumber(`${owner}.maxAttributeValues`, options.maxAttributeValues, { min: 1, integer: true })
}
