import type { PipelineEvent } from '../kernel/pipeline-event.ts'

/** New policies took the place of the old ones: calls from here on run through these. */
export interface PipelineReloaded extends PipelineEvent {
  readonly type: 'pipeline.reloaded'
  /** Their names, in running order. */
  readonly policies: readonly string[]
}
