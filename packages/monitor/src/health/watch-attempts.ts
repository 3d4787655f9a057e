import { requestedModel, type CallContext, type Pipeline, type PluginHooks, type SpillwayEvent } from '@spillway/core'
import { OBSERVED_AS, type Observation } from './observation.ts'
import type { EndpointModel } from './endpoint-health.ts'

interface AtWork {
  readonly pair: EndpointModel
  readonly startedAt: number
  contentMs?: number
}

/**
 * Hears what the attempts of a pipeline say of the places that they go to. The model stands in the call's context, not in its
 * events: an attempt's beginning is seen from around it, its end as an event.
 *
 * @param observe told of every attempt that says something
 */
export const watchAttempts = (
  pipeline: Pipeline<unknown>,
  observe: (pair: EndpointModel, observation: Observation) => void,
): Required<Pick<PluginHooks, 'aroundAttempt' | 'onEvent' | 'detach'>> => {
  /** By call and number. */
  const atWork = new Map<string, AtWork>()
  return {
    aroundAttempt(run, context: CallContext) {
      const { call, attempt, endpoint, startedAt } = context
      const model = context.get(requestedModel) ?? endpoint?.model
      const pair = { endpoint: endpoint?.name ?? pipeline.name, ...(model === undefined ? {} : { model }) }
      atWork.set(`${call.id} ${attempt}`, { pair, startedAt })
      run()
    },
    onEvent(event: SpillwayEvent) {
      const { type } = event
      if (type !== 'attempt.committed' && type !== 'attempt.completed') return
      const key = `${event.callId} ${event.attempt}`
      const known = atWork.get(key)
      if (known === undefined) return
      if (type === 'attempt.committed') {
        known.contentMs = event.at - known.startedAt
        return
      }
      atWork.delete(key)
      const { verdict, durationMs } = event
      const kind = OBSERVED_AS[verdict.kind]
      if (kind === undefined) return
      const { pair, contentMs } = known
      observe(pair, { kind, durationMs, ...(contentMs === undefined ? {} : { contentMs }) })
    },
    detach: () => atWork.clear(),
  }
}
