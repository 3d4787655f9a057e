import { expect, it } from 'vitest'
import { expectedIn } from './expectation.ts'

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
