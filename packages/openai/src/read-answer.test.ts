import { describe, expect, test } from 'vitest'
import { readAnswer, type AnswerKind } from './read-answer.ts'

const kindOf = (answer: unknown, kind: AnswerKind): string => {
  const { error, verdict } = readAnswer(answer, kind)
  return error === undefined ? (verdict?.kind ?? 'success') : 'error'
}
const choice = (message: object, reason = 'stop'): object => ({
  choices: [{ index: 0, message, finish_reason: reason }],
})

describe('a completion', () => {
  test.for([
    ['text', choice({ content: 'hi' }), 'success'],
    ['a tool call', choice({ content: null, tool_calls: [{ id: 'x' }] }), 'success'],
    ['a refusal', choice({ content: null, refusal: 'no' }), 'success'],
    ['pictures', choice({ content: '', images: [{}] }), 'success'],
    ['the text of the old API', { choices: [{ text: 'hi' }] }, 'success'],
    ['nothing', choice({ content: '' }), 'empty'],
    ['thoughts alone', choice({ content: '', reasoning_content: 'hm' }), 'empty'],
    ['nothing, cut off by the caller', choice({ content: '' }, 'length'), 'success'],
    ['nothing, withheld', choice({ content: null }, 'content_filter'), 'request_failed'],
    ['no choices', { choices: [] }, 'empty'],
    ['an empty object', {}, 'empty'],
    ['null', null, 'empty'],
    ['an error', { error: { code: 502 } }, 'error'],
    ['an error in an array', [{ error: { code: 503 } }], 'error'],
    ['no error', { error: null, ...choice({ content: 'x' }) }, 'success'],
  ] as const)('with %s', ([, answer, expected]) => {
    expect(kindOf(answer, 'completion')).toBe(expected)
  })
})

describe('an image', () => {
  test.for([
    ['bytes', { data: [{ b64_json: 'aGk=' }] }, 'success'],
    ['a link', { data: [{ url: 'https://x.example/1.png' }] }, 'success'],
    ['an empty list', { data: [] }, 'empty'],
    ['an empty picture', { data: [{ b64_json: '' }] }, 'empty'],
    ['nothing', {}, 'empty'],
  ] as const)('with %s', ([, answer, expected]) => {
    expect(kindOf(answer, 'image')).toBe(expected)
  })
})

describe('a response', () => {
  test.for([
    ['output', { status: 'completed', output: [{}] }, 'success'],
    ['no output', { status: 'completed', output: [] }, 'empty'],
    ['no output yet', { status: 'in_progress', output: [] }, 'success'],
    ['a failure', { status: 'failed', error: { code: 'server_error' } }, 'error'],
    ['a failure without an error', { status: 'failed', error: null }, 'error'],
    [
      'withheld output',
      { status: 'incomplete', output: [], incomplete_details: { reason: 'content_filter' } },
      'request_failed',
    ],
    [
      'output cut off',
      { status: 'incomplete', output: [], incomplete_details: { reason: 'max_output_tokens' } },
      'success',
    ],
  ] as const)('with %s', ([, answer, expected]) => {
    expect(kindOf(answer, 'response')).toBe(expected)
  })
})

test('other answers are not looked into', () => {
  expect(kindOf({}, 'other')).toBe('success')
})
