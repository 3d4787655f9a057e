/** The queue that a batch uses unless it is told another. */
export const DEFAULT_QUEUE_NAME = 'spillway'
export { jobProcessor, PAUSABLE } from './handover/job-processor.ts'
export { HANDOVER_DEFAULTS } from './handover/handover-options.ts'
export type { HandoverOptions } from './handover/handover-options.ts'
