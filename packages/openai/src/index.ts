// For users.
export { pipelineOf, resilient } from './resilient.ts'
export type { ResilientOptions } from './resilient.ts'
export type { OpenAIEndpoint } from './openai-endpoint.ts'
export { refusalOf } from './refusal-of.ts'
export { openaiClassifier } from './openai-classifier.ts'

// For authors of adapters to other OpenAI-compatible clients.
export { openaiProtocol } from './openai-protocol.ts'
