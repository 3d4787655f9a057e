import type { Pipeline, Plugin } from '@spillway/core'
import type { OpenTelemetryOptions } from './open-telemetry-options.ts'
import { Providers } from './providers.ts'
import { watchPipeline } from './watch-pipeline.ts'

/** Pipelines that are told about: by one plugin each, so that no span is made twice. */
const watched = new WeakSet<Pipeline<unknown>>()

/** @param only the one pipeline to tell about; without it all of them */
export const telemetryPlugin = (options: OpenTelemetryOptions, only?: Pipeline<unknown>): Plugin => {
  const providers = new Providers(options)
  return {
    name: 'opentelemetry',
    // What is not told about is not asked for again.
    isWanted: (pipeline) => (only !== undefined && only !== pipeline) || providers.any,
    attach(pipeline) {
      if ((only !== undefined && only !== pipeline) || watched.has(pipeline)) return undefined
      watched.add(pipeline)
      const hooks = watchPipeline(pipeline, providers)
      return {
        ...hooks,
        detach() {
          watched.delete(pipeline)
          hooks.detach?.()
        },
      }
    },
  }
}
