// What a pipeline says and is.
export { events$ } from './events.ts'
export { state$ } from './state.ts'
export type { StateOptions } from './state.ts'

// Calls as streams.
export { execute$ } from './execute.ts'
export { stream$ } from './stream.ts'

// Operators.
export { throughPipeline } from './through-pipeline.ts'
export type { ThroughPipelineOptions } from './through-pipeline.ts'
export { withPipeline } from './with-pipeline.ts'
export { retryWith } from './retry-with.ts'
export { breaker } from './breaker.ts'
export { bulkhead } from './bulkhead.ts'
