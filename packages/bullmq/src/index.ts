// A batch over many machines.
export { BATCH_QUEUE_DEFAULTS, openBatchQueue } from './queue/open-batch-queue.ts'
export type { BatchQueueOptions } from './queue/open-batch-queue.ts'
export { QueueUnreachableError } from './queue/connect.ts'
export { MadeElsewhereError, OutcomeUnknownError } from './queue/result-of.ts'
export type { FailedData } from './queue/job-data.ts'

// Your own jobs.
export { jobProcessor, PAUSABLE } from './handover/job-processor.ts'
export { HANDOVER_DEFAULTS } from './handover/handover-options.ts'
export type { HandoverOptions } from './handover/handover-options.ts'
export type { HandedJob, PausableQueue } from './handover/hand-over.ts'
