import { expect, it } from 'vitest'
import { readInteractionUsage, readUsage } from './read-usage.ts'

const png = (more: object = {}) => ({ inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' }, ...more })
const pictures = (...parts: object[]) => ({ candidates: [{ content: { parts } }] })

it.for([
  ['nothing', {}, undefined],
  [
    'what is no count',
    { usageMetadata: { promptTokenCount: '7', totalTokenCount: -1, thoughtsTokenCount: NaN } },
    undefined,
  ],
  [
    'all counts',
    {
      usageMetadata: {
        promptTokenCount: 10,
        toolUsePromptTokenCount: 3,
        cachedContentTokenCount: 4,
        candidatesTokenCount: 20,
        thoughtsTokenCount: 5,
        totalTokenCount: 39,
      },
    },
    { inputTokens: 13, cachedInputTokens: 4, outputTokens: 25, tokens: 39 },
  ],
  [
    'no total',
    { usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 2 } },
    { inputTokens: 10, outputTokens: 2, tokens: 12 },
  ],
  [
    'a prompt that was blocked',
    { usageMetadata: { promptTokenCount: 10, totalTokenCount: 10 } },
    { inputTokens: 10, tokens: 10 },
  ],
  ['two pictures and a draft', pictures(png(), { text: 'and' }, png(), png({ thought: true })), { images: 2 }],
  ['sound', pictures({ inlineData: { mimeType: 'audio/wav', data: 'AAAA' } }), undefined],
  ['predictions', { predictions: [{ bytesBase64Encoded: 'AAAA' }, { raiFilteredReason: 'x' }] }, { images: 1 }],
] as const)('reads %s', ([, answer, expected]) => {
  expect(readUsage(answer)).toEqual(expected)
})

it('reads the usage of an interaction', () => {
  const usage = {
    total_input_tokens: 10,
    total_tool_use_tokens: 1,
    total_cached_tokens: 2,
    total_output_tokens: 20,
    total_thought_tokens: 5,
    total_tokens: 36,
  }
  const steps = [
    { type: 'user_input', content: [{ type: 'image', data: 'AAAA' }] },
    {
      type: 'model_output',
      content: [
        { type: 'text', text: 'a' },
        { type: 'image', data: 'AAAA' },
      ],
    },
  ]
  expect(readInteractionUsage({ usage, steps })).toEqual({
    inputTokens: 11,
    cachedInputTokens: 2,
    outputTokens: 25,
    tokens: 36,
    images: 1,
  })
  expect(readInteractionUsage({})).toBeUndefined()
})
