import type { PipelineEvent } from '../kernel/pipeline-event.ts'

/** New policies took the place of the old ones: calls from here on run through these. */
export interface PipelineReloaded extends PipelineEvent {
  readonly type: 'pipeline.reloaded'
  /** Their names, in running order. */
  readonly policies: readonly string[]
}

/** Two policies of a pipeline contradict each other. Told once, right after it was made or reloaded. */
export interface OrderWarned extends PipelineEvent {
  readonly type: 'order.warned'
  /** Stable, for programs: `SPILLWAY_RETRY_INSIDE_RETRY`. */
  readonly code: string
  /** What is wrong and what to do. */
  readonly message: string
  /** The names of the two, the outer one first. */
  readonly policies: readonly string[]
  /** Where it is explained. */
  readonly link: string
}
