// For users.
export { pipelineOf, resilient } from './resilient.ts'
export type { GeminiClientOptions, PipelineChoice, ResilientOptions, StandardChoice } from './resilient.ts'
export type { GeminiEndpoint } from './gemini-endpoint.ts'
export { imagesOf } from './images-of.ts'
export type { GeneratedImage, ImageSource } from './images-of.ts'
export { geminiClassifier } from './classifier.ts'
export type { GeminiClassifierOptions } from './classifier.ts'
export type { Expectation } from './judge-answer.ts'
