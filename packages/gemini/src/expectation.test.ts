import { expect, it } from 'vitest'
import { expectedIn, makesImages } from './expectation.ts'

const body = (responseModalities?: readonly string[]) =>
  JSON.stringify({ contents: [], generationConfig: { responseModalities } })

it.for([
  ['gemini-3.8-flash', body(), 'content'],
  ['gemini-3-pro-image', body(), 'image'],
  ['gemini-2.0-flash-preview-image-generation', body(), 'image'],
  ['nano-banana-pro-preview', body(), 'image'],
  ['gemini-3.8-flash', body(['TEXT', 'IMAGE']), 'image'],
  ['gemini-3.8-flash', body(['image']), 'image'],
  ['gemini-3-pro-image', body(['TEXT']), 'content'],
  ['gemini-3-pro-image', body([]), 'image'],
  ['gemini-3-pro-image', '{"responseModalities"', 'image'],
  ['gemini-3.8-flash', undefined, 'content'],
] as const)('%s with %s is expected to give %s', ([model, given, expected]) => {
  expect(expectedIn({ url: `https://example.com/v1/models/${model}:generateContent`, body: given })).toBe(expected)
})

it.for([
  ['/v1/models/gemini-3-pro-image:generateContent', body(), true],
  ['/v1/models/gemini-3-pro-image:streamGenerateContent?alt=sse', body(), true],
  ['/v1/models/gemini-3-pro-image:generateContent', body(['TEXT']), false],
  ['/v1/models/gemini-3.8-flash:generateContent', body(['IMAGE']), true],
  ['/v1/models/gemini-3.8-flash:generateContent', body(), false],
  ['/v1/models/gemini-3-pro-image:countTokens', body(), false],
  ['/v1/interactions', '{"model":"gemini-3-pro-image","input":"a kite"}', true],
  ['/v1/interactions', '{"model":"m","response_modalities":["text", "image"]}', true],
  ['/v1/interactions', '{"model":"gemini-3-pro-image","response_modalities":["text"]}', false],
  ['/v1/interactions', '{"agent":"an-image-agent"}', false],
  ['/v1/interactions', '{"model":"m","input":"\\"model\\":\\"an image\\""}', false],
  ['/v1/models/imagen-4.0-generate-001:predict', '{}', true],
  ['/v1beta1/projects/p/locations/l/publishers/google/models/text-embedding-005:predict', '{}', false],
] as const)('%s with %s makes pictures: %s', ([path, given, expected]) => {
  expect(makesImages({ url: `https://example.com${path}`, body: given })).toBe(expected)
})
