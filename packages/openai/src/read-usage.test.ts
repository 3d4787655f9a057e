import { describe, expect, test } from 'vitest'
import { readAnswer } from './read-answer.ts'
import { readEvent } from './read-event.ts'
import { readUsage } from './read-usage.ts'

const completion = { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 }
const others = { input_tokens: 9, output_tokens: 12, total_tokens: 21 }
const tokens = { inputTokens: 9, outputTokens: 12, tokens: 21 }

describe('an answer', () => {
  test.for([
    ['of the chat API', { usage: completion }, tokens],
    ['of the responses API', { usage: others }, tokens],
    ['of the embeddings API', { usage: { prompt_tokens: 9, total_tokens: 9 } }, { inputTokens: 9, tokens: 9 }],
    ['without a sum', { usage: { input_tokens: 9, output_tokens: 12 } }, tokens],
    [
      'read from a cache in part',
      { usage: { ...completion, prompt_tokens_details: { cached_tokens: 4 } } },
      { ...tokens, cachedInputTokens: 4 },
    ],
    [
      'with pictures',
      { data: [{ b64_json: 'x' }, { url: 'u' }, { b64_json: '' }], usage: others },
      { ...tokens, images: 2 },
    ],
    ['with pictures that count no tokens', { data: [{ url: 'u' }] }, { images: 1 }],
    [
      'with a drawing',
      { data: [{ b64_json: 'x' }], usage: others, svg_usage: others },
      {
        inputTokens: 18,
        outputTokens: 24,
        tokens: 42,
        images: 1,
      },
    ],
    ['with a picture among its messages', { choices: [{ message: { images: [{}] } }] }, { images: 1 }],
    [
      'with the picture of a tool',
      { output: [{ type: 'image_generation_call', result: 'x' }, { type: 'message' }], usage: others },
      { ...tokens, images: 1 },
    ],
    ['that says nothing', { choices: [] }, undefined],
    [
      'that says nonsense',
      { usage: { prompt_tokens: -1, completion_tokens: '7', total_tokens: Number.NaN } },
      undefined,
    ],
    ['with a text for usage', { usage: 'much' }, undefined],
  ] as const)('%s', ([, answer, usage]) => {
    expect(readUsage(answer)).toEqual(usage)
  })

  test('that is empty, or an error, has been paid for all the same', () => {
    expect(readAnswer({ choices: [], usage: completion }, 'completion')).toMatchObject({
      verdict: { kind: 'empty' },
      usage: tokens,
    })
    expect(readAnswer({ error: { code: 502 }, usage: completion }, 'completion')).toMatchObject({ usage: tokens })
  })
})

describe('a stream says it', () => {
  const usageOf = (data: object): unknown => readEvent({ event: '', data: JSON.stringify(data) }).usage
  test('in its last chunk', () => {
    expect(usageOf({ choices: [], usage: completion })).toEqual(tokens)
    expect(usageOf({ choices: [{ delta: { content: 'x' } }], usage: null })).toBeUndefined()
  })

  test('with a completed response', () => {
    expect(usageOf({ type: 'response.completed', response: { output: [{}], usage: others } })).toEqual(tokens)
    expect(usageOf({ type: 'response.created', response: { output: [], usage: null } })).toBeUndefined()
  })

  test('with a finished picture, not with a draft of it', () => {
    expect(usageOf({ type: 'image_generation.completed', b64_json: 'x', usage: others })).toEqual({
      ...tokens,
      images: 1,
    })
    expect(usageOf({ type: 'image_edit.completed', b64_json: 'x' })).toEqual({ images: 1 })
    expect(usageOf({ type: 'image_generation.partial_image', b64_json: 'x' })).toBeUndefined()
  })
})
