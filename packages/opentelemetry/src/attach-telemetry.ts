import { registerPlugin, type Pipeline, type Plugin } from '@spillway/core'
import type { OpenTelemetryOptions } from './open-telemetry-options.ts'
import { Telemetry } from './telemetry.ts'
import { watchPipeline } from './watch-pipeline.ts'

/** Pipelines that are told about: by one plugin each, so that no span is made twice. */
const watched = new WeakSet<Pipeline<unknown>>()

/**
 * Attaches OpenTelemetry to one pipeline, or to all.
 *
 * @param only the one pipeline to tell about; without it all of them
 * @returns how to stop
 */
export const attachTelemetry = (options: OpenTelemetryOptions, only?: Pipeline<unknown>): (() => void) => {
  const telemetry = new Telemetry(options)
  const leavesAlone = (pipeline: Pipeline<unknown>): boolean => only !== undefined && only !== pipeline
  const plugin: Plugin = {
    name: 'opentelemetry',
    // What it leaves alone anyway need not be asked about again.
    isWanted: (pipeline) => leavesAlone(pipeline) || telemetry.providers.any,
    attach(pipeline) {
      if (leavesAlone(pipeline) || watched.has(pipeline)) return undefined
      watched.add(pipeline)
      const hooks = watchPipeline(pipeline, telemetry)
      return {
        ...hooks,
        detach() {
          watched.delete(pipeline)
          hooks.detach?.()
        },
      }
    },
  }
  const unregister = registerPlugin(plugin)
  return () => {
    unregister()
    telemetry.stop()
  }
}
