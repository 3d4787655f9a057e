import { InvalidOptionsError } from '@spillway/core'
import { BoundedValues } from './bounded-values.ts'
import { healthMetrics } from './health-metrics.ts'
import type { HealthSource } from './health-source.ts'
import {
  checkOpenTelemetryOptions,
  OPEN_TELEMETRY_DEFAULTS,
  type OpenTelemetryOptions,
} from './open-telemetry-options.ts'
import { Providers } from './providers.ts'

/**
 * Gives metrics of what a monitor knows: the health that calls observe, what status feeds say, where the two disagree. Calls and
 * attempts are another matter: see `registerSpillway`.
 *
 * ```ts
 * import { monitor } from '@spillway/monitor'
 * import { instrumentHealth } from '@spillway/opentelemetry'
 *
 * const watch = monitor()
 * const stop = instrumentHealth(watch)
 * stop()
 * watch.dispose()
 * ```
 *
 * @param source the monitor, or anything with its `health()`
 * @param options whom to tell, where that is not the global SDK
 * @returns how to stop
 * @throws InvalidOptionsError when it has no `health()`, or an option is unknown or cannot be
 */
export const instrumentHealth = (source: HealthSource, options: OpenTelemetryOptions = {}): (() => void) => {
  if (typeof (source as Partial<HealthSource> | undefined)?.health !== 'function')
    throw new InvalidOptionsError('instrumentHealth.source', source, 'a monitor: an object with health()')
  checkOpenTelemetryOptions('instrumentHealth', options)
  const providers = new Providers(options)
  const bounded = new BoundedValues(options.maxAttributeValues ?? OPEN_TELEMETRY_DEFAULTS.maxAttributeValues)
  let stop: (() => void) | undefined
  let listening: { unsubscribe(): void } | undefined
  const measure = (): void => {
    const { meter } = providers
    if (meter === undefined || stop !== undefined) return
    stop = healthMetrics(meter, bounded, source)
    listening?.unsubscribe()
  }
  measure()
  // An SDK may be registered at any time.
  if (stop === undefined) listening = source.events?.subscribe(measure)
  return () => {
    listening?.unsubscribe()
    stop?.()
  }
}
