import { checkPipeline, type Pipeline } from '@spillway/core'
import { checkOpenTelemetryOptions, type OpenTelemetryOptions } from './open-telemetry-options.ts'
import { attachTelemetry } from './attach-telemetry.ts'

/**
 * Gives spans, metrics and logs of one pipeline. A pipeline is told about once: while one such plugin is at it, another one
 * does nothing there.
 *
 * ```ts
 * import { pipeline } from '@spillway/core'
 * import { instrument } from '@spillway/opentelemetry'
 *
 * const calls = pipeline([], { name: 'images' })
 * const stop = instrument(calls)
 * console.log(await calls.execute(async () => 'an image')) // => an image
 * stop()
 * ```
 *
 * @param pipeline the pipeline, `pipelineOf(client)` for a resilient client's
 * @param options whom to tell, where that is not the global SDK
 * @returns how to stop
 * @throws InvalidOptionsError when it is no pipeline, or an option is unknown or cannot be
 */
export const instrument = (pipeline: Pipeline<unknown>, options: OpenTelemetryOptions = {}): (() => void) => {
  checkPipeline('instrument.pipeline', pipeline)
  checkOpenTelemetryOptions('instrument', options)
  return attachTelemetry(options, pipeline)
}
