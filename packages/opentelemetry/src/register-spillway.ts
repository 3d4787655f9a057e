import { checkOpenTelemetryOptions, type OpenTelemetryOptions } from './open-telemetry-options.ts'
import { attachTelemetry } from './attach-telemetry.ts'

/**
 * Gives spans, metrics and logs of every pipeline of the process: those made earlier and those made later.
 *
 * Until an SDK is registered a call costs nothing more than without; it may be registered at any time.
 *
 * ```ts
 * import { pipeline } from '@spillway/core'
 * import { registerSpillway } from '@spillway/opentelemetry'
 *
 * const calls = pipeline([], { name: 'images' })
 * const unregister = registerSpillway()
 * console.log(await calls.execute(async () => 'an image')) // => an image
 * unregister()
 * ```
 *
 * @param options whom to tell, where that is not the global SDK
 * @returns how to stop
 * @throws InvalidOptionsError when an option is unknown or cannot be
 */
export const registerSpillway = (options: OpenTelemetryOptions = {}): (() => void) => {
  checkOpenTelemetryOptions('registerSpillway', options)
  return attachTelemetry(options)
}
