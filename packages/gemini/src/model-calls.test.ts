import { expect, it } from 'vitest'
import { isModelCall, modelOf } from './model-calls.ts'

const BASE = 'https://generativelanguage.googleapis.com/v1'

it.for([
  '/models/gemini-3.8-flash:generateContent',
  '/models/gemini-3.8-flash:streamGenerateContent?alt=sse',
  '/models/text-embedding-004:batchEmbedContents',
  '/models/gemini-3.8-flash:countTokens',
  '/projects/p/locations/l/publishers/google/models/imagen-4:predict',
  '/interactions',
])('POST %s asks a model', (path) => {
  expect(isModelCall(BASE + path, 'POST')).toBe(true)
})

it.for([
  ['GET', '/models/gemini-3.8-flash'],
  ['GET', '/models/gemini-3.8-flash:generateContent'],
  ['POST', '/models/veo-3:predictLongRunning'],
  ['POST', '/models/gemini-3.8-flash:batchGenerateContent'],
  ['POST', '/cachedContents'],
  ['POST', '/files?x=/models/a:generateContentLike'],
  ['POST', '/interactions/id/cancel'],
  ['GET', '/interactions/id'],
] as const)('%s %s keeps or reads something, and is sent as it is', ([method, path]) => {
  expect(isModelCall(BASE + path, method)).toBe(false)
})

const bytes = (text: string): ArrayBuffer => new TextEncoder().encode(text).buffer

it.for([
  ['/models/gemini-3-pro-image:generateContent', undefined, 'gemini-3-pro-image'],
  ['/models/my%20model:streamGenerateContent?alt=sse', undefined, 'my model'],
  ['/models/50%:generateContent', undefined, '50%'],
  ['/interactions', bytes('{"model":"gemini-3.8-flash"}'), 'gemini-3.8-flash'],
  ['/interactions', bytes('{}'), undefined],
  ['/interactions', bytes('hello'), undefined],
  ['/files', bytes('{"model":"x"}'), undefined],
] as const)('POST %s asks for a model: %s, %s', ([path, body, model]) => {
  expect(modelOf({ url: BASE + path, method: 'POST', headers: new Headers(), body })).toBe(model)
})
