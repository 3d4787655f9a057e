import {
  registerPlugin,
  type LearnedLoadProfile,
  type Pipeline,
  type PipelineState,
  type PluginHooks,
} from '@spillway/core'
import { sendsNotices } from '../alerts/sinks/webhook.ts'
import type { Observation } from '../health/observation.ts'
import type { EndpointModel } from '../health/endpoint-health.ts'
import { watchAttempts } from '../health/watch-attempts.ts'
import { teachProfile } from '../profile/teach-profile.ts'
import type { CostWindow } from './cost-window.ts'

/** What becomes of what pipelines say. */
interface Watching {
  /** `undefined`: all pipelines of the process. */
  readonly pipelines: readonly Pipeline<unknown>[] | undefined
  readonly profile: LearnedLoadProfile | undefined
  readonly costs: CostWindow
  readonly observe: (pair: EndpointModel, observation: Observation) => void
  /** Told of a policy whose state cannot be read. */
  readonly failed: (source: string, error: unknown) => void
}

/** The pipelines that a monitor watches: as one plugin. None is kept alive by it. */
export class WatchedPipelines {
  readonly #watching: Watching
  readonly #attached = new Set<WeakRef<Pipeline<unknown>>>()
  readonly #unregister: () => void

  constructor(watching: Watching) {
    this.#watching = watching
    const { pipelines } = watching
    const only = pipelines === undefined ? undefined : new WeakSet(pipelines)
    this.#unregister = registerPlugin({
      name: 'monitor',
      attach: (each) => (sendsNotices(each) || only?.has(each) === false ? undefined : this.#watch(each)),
    })
  }

  /** What those that live say of themselves. */
  states(): PipelineState[] {
    const states: PipelineState[] = []
    for (const reference of this.#attached) {
      const pipeline = reference.deref()
      if (pipeline === undefined) this.#attached.delete(reference)
      else
        try {
          states.push(pipeline.state())
        } catch (error) {
          this.#watching.failed(`state of ${pipeline.name}`, error)
        }
    }
    return states
  }

  dispose(): void {
    this.#unregister()
  }

  #watch(pipeline: Pipeline<unknown>): PluginHooks {
    const { observe, profile, costs } = this.#watching
    const reference = new WeakRef(pipeline)
    this.#attached.add(reference)
    const { clock } = pipeline
    const attempts = watchAttempts(pipeline, observe)
    const teaching = profile === undefined ? undefined : teachProfile(profile, clock)
    return {
      aroundAttempt: attempts.aroundAttempt,
      onEvent(event) {
        attempts.onEvent(event)
        teaching?.onEvent(event)
        if (event.type === 'attempt.accounted') costs.hear(event)
      },
      detach: () => {
        this.#attached.delete(reference)
        attempts.detach()
        teaching?.detach()
      },
    }
  }
}
