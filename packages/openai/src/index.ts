// For users.
export type { OpenAIClient } from './check-client.ts'
export { pipelineOf, resilient } from './resilient.ts'
export type { OpenAIClientOptions, PipelineChoice, ResilientOptions, StandardChoice } from './resilient.ts'
export type { OpenAIEndpoint } from './openai-endpoint.ts'
export { imagesOf } from './images-of.ts'
export type { GeneratedImage, ImageSource } from './images-of.ts'
export { refusalOf } from './refusal-of.ts'
export { openaiClassifier } from './openai-classifier.ts'

// For authors of adapters to other OpenAI-compatible clients.
export { openaiProtocol } from './openai-protocol.ts'
export type { OpenAIProtocolOptions } from './openai-protocol.ts'
