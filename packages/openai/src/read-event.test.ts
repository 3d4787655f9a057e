import { describe, expect, test } from 'vitest'
import { readEvent } from './read-event.ts'

const read = (data: object | string, event = ''): ReturnType<typeof readEvent> =>
  readEvent({ event, data: typeof data === 'string' ? data : JSON.stringify(data) })
const delta = (fields: object, reason: string | null = null): object => ({
  choices: [{ index: 0, delta: fields, finish_reason: reason }],
})

describe('a chat stream', () => {
  test.for([
    ['a role', delta({ role: 'assistant', content: '' }), false],
    ['text', delta({ content: 'x' }), true],
    ['a tool call', delta({ tool_calls: [{ index: 0 }] }), true],
    ['thoughts', delta({ reasoning_content: 'hm' }), true],
    ['usage alone', { choices: [], usage: {} }, false],
    ['the text of the old API', { choices: [{ text: 'x' }] }, true],
  ] as const)('%s', ([, data, content]) => {
    expect(read(data)).toEqual({ content })
  })

  test('ends with [DONE] or a finish reason', () => {
    expect(read('[DONE]')).toEqual({ terminal: true })
    expect(read(delta({}, 'stop'))).toMatchObject({ terminal: true, verdict: { kind: 'empty' } })
    expect(read(delta({}, 'length'))).toMatchObject({ terminal: true, verdict: { kind: 'success' } })
    expect(read(delta({}, 'content_filter'))).toMatchObject({ terminal: true, verdict: { kind: 'request_failed' } })
  })

  test('errors', () => {
    expect(read({ error: { code: 'server_error' } })).toEqual({ error: { code: 'server_error' } })
    expect(read('{"choices":[')).toMatchObject({ error: { code: 'malformed_json' } })
  })

  test('what is no object is nothing', () => {
    expect(read('null')).toEqual({})
    expect(read('[1]')).toEqual({})
  })
})

describe('a typed stream', () => {
  test.for([
    ['response.created', { response: { output: [] } }, { content: false, terminal: false }],
    ['response.output_item.added', {}, { content: false, terminal: false }],
    ['response.output_text.delta', { delta: 'x' }, { content: true, terminal: false }],
    ['response.output_text.delta', { delta: '' }, { content: false, terminal: false }],
    ['response.image_generation_call.partial_image', {}, { content: true, terminal: false }],
    ['response.image_generation_call.completed', {}, { content: false, terminal: false }],
    ['response.output_item.done', {}, { content: true, terminal: false }],
    ['response.completed', { response: { output: [{}] } }, { content: true, terminal: true }],
    ['image_generation.partial_image', { b64_json: 'x' }, { content: true, terminal: false }],
    ['image_generation.completed', { b64_json: 'x' }, { content: true, terminal: true, usage: { images: 1 } }],
    ['transcript.text.done', {}, { content: true, terminal: true }],
  ] as const)('%s %j', ([type, fields, expected]) => {
    expect(read({ type, ...fields })).toEqual(expected)
  })

  test('a type that stands in the event field alone counts', () => {
    expect(read({ delta: 'x' }, 'response.output_text.delta')).toEqual({ content: true, terminal: false })
  })

  test('without output it ends empty, withheld, or cut off by the caller', () => {
    const incomplete = (reason: string): object => ({
      type: 'response.incomplete',
      response: { incomplete_details: { reason } },
    })
    expect(read({ type: 'response.completed', response: { output: [] } }).verdict?.kind).toBe('empty')
    expect(read(incomplete('content_filter')).verdict?.kind).toBe('request_failed')
    expect(read(incomplete('max_output_tokens')).verdict?.kind).toBe('success')
  })

  test('errors', () => {
    const error = { code: 'server_is_overloaded' }
    expect(read({ type: 'response.failed', response: { error } })).toEqual({ error })
    expect(read({ type: 'response.failed' })).toMatchObject({ error: { code: 'server_error' } })
    expect(read({ type: 'error', code: 'server_error', message: '' })).toMatchObject({
      error: { code: 'server_error' },
    })
    expect(read({ message: 'x' }, 'error')).toMatchObject({ error: { message: 'x' } })
  })
})
