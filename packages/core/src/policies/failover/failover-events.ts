import type { PipelineEvent } from '../../kernel/pipeline-event.ts'
import type { VerdictKind } from '../../kernel/verdict.ts'

/** The place for the next attempt was chosen; its name is the event's `endpoint`. */
export interface EndpointSelected extends PipelineEvent {
  readonly type: 'endpoint.selected'
  readonly policy: string
}

/** One endpoint failed and another is asked. */
export interface EndpointFailedOver extends PipelineEvent {
  readonly type: 'endpoint.failed_over'
  readonly policy: string
  readonly from: string
  readonly to: string
  readonly verdict: VerdictKind
}

/** The endpoint, its name is the event's `endpoint`, cannot serve or fails more than others: it is passed over for a while. */
export interface EndpointEjected extends PipelineEvent {
  readonly type: 'endpoint.ejected'
  readonly policy: string
  readonly verdict: VerdictKind
  readonly ejectedMs: number
}

/** The endpoint answered again after it had been passed over. */
export interface EndpointRecovered extends PipelineEvent {
  readonly type: 'endpoint.recovered'
  readonly policy: string
}
