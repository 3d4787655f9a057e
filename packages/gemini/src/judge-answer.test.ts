import { describe, expect, it } from 'vitest'
import { readAnswer } from './answer.ts'
import { hasContent, isTerminal, judgeAnswer, judgePredictions } from './judge-answer.ts'

const PNG = { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } }
const answer = (finishReason: string | undefined, ...parts: object[]): object => ({
  candidates: [{ content: { parts }, ...(finishReason === undefined ? {} : { finishReason }) }],
})

describe('judgeAnswer', () => {
  it.for([
    ['a picture', answer('STOP', PNG)],
    ['a picture beside words', answer('STOP', { text: 'Here:' }, PNG)],
    ['a picture in a file', answer('STOP', { fileData: { mimeType: 'image/png', fileUri: 'gs://bucket/file' } })],
    ['a tool call', answer('STOP', { functionCall: { name: 'paint' } })],
    ['an answer that goes on', answer('CONTINUATION')],
    ['an answer that goes on after a token', { candidates: [{ continuationToken: 'token' }] }],
    ['one of two candidates', { candidates: [{ finishReason: 'NO_IMAGE' }, { content: { parts: [PNG] } }] }],
  ] as const)('is content with %s where a picture was asked for', ([, given]) => {
    expect(judgeAnswer(readAnswer(given), 'image')).toMatchObject({ kind: 'success', billed: 'yes' })
  })

  it.for([
    ['NO_IMAGE', answer('NO_IMAGE')],
    ['IMAGE_OTHER', answer('IMAGE_OTHER')],
    ['IMAGE_RECITATION', answer('IMAGE_RECITATION')],
    ['IMAGE_SAFETY', answer('IMAGE_SAFETY')],
    ['RECITATION', answer('RECITATION')],
    ['UNEXPECTED_TOOL_CALL', answer('UNEXPECTED_TOOL_CALL')],
    ['OTHER', answer('OTHER')],
    ['MALFORMED_RESPONSE', answer('MALFORMED_RESPONSE')],
    ['NO_IMAGE_PART', answer('STOP', { text: 'Here is the picture you asked for.' })],
    ['NO_IMAGE_PART', answer('STOP', { ...PNG, thought: true })],
    ['NO_IMAGE_PART', answer('STOP', { inlineData: { mimeType: 'image/png', data: '' } })],
    ['NO_IMAGE_PART', answer('STOP', { inlineData: { mimeType: 'audio/wav', data: 'AAAA' } })],
    ['NO_CANDIDATE', {}],
    ['NO_CANDIDATE', { candidates: [] }],
  ] as const)('finds no picture and says %s', ([code, given]) => {
    expect(judgeAnswer(readAnswer(given), 'image')).toMatchObject({
      kind: 'empty',
      code,
      sent: true,
      billed: 'unknown',
    })
  })

  it.for([
    'SAFETY',
    'PROHIBITED_CONTENT',
    'BLOCKLIST',
    'SPII',
    'IMAGE_PROHIBITED_CONTENT',
    'MAX_TOKENS',
    'TOO_MANY_TOOL_CALLS',
    'LANGUAGE',
  ])('does not ask again after %s', (reason) => {
    expect(judgeAnswer(readAnswer(answer(reason)), 'image')).toMatchObject({ kind: 'request_failed', code: reason })
  })

  it.for(['SAFETY', 'OTHER', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'IMAGE_SAFETY', 'MODEL_ARMOR', 'JAILBREAK'])(
    'does not ask again when the prompt is blocked for %s',
    (blockReason) => {
      const given = { promptFeedback: { blockReason } }
      expect(judgeAnswer(readAnswer(given), 'image')).toMatchObject({ kind: 'request_failed', code: blockReason })
    },
  )

  it.for([
    ['words', answer('STOP', { text: 'Hello' })],
    ['words cut off at the limit', answer('MAX_TOKENS', { text: 'Hel' })],
    ['a picture', answer('STOP', PNG)],
    ['the result of code', answer('STOP', { codeExecutionResult: { output: '42' } })],
  ] as const)('is content with %s where anything will do', ([, given]) => {
    expect(judgeAnswer(readAnswer(given), 'content')).toMatchObject({ kind: 'success' })
  })

  it.for([
    ['NO_CONTENT', answer('STOP', { text: 'Let me think.', thought: true })],
    ['NO_CONTENT', answer('STOP', { text: '' })],
    ['NO_CONTENT', answer('STOP')],
    ['RECITATION', answer('RECITATION')],
    ['MALFORMED_FUNCTION_CALL', answer('MALFORMED_FUNCTION_CALL')],
    ['NO_CANDIDATE', {}],
  ] as const)('finds no content and says %s', ([code, given]) => {
    expect(judgeAnswer(readAnswer(given), 'content')).toMatchObject({ kind: 'empty', code })
  })
})

it.for([
  [{ predictions: [{ bytesBase64Encoded: 'AAAA' }] }, 'success', undefined],
  [{ predictions: [{ raiFilteredReason: 'because' }, { gcsUri: 'gs://bucket/file' }] }, 'success', undefined],
  [{ predictions: [{ raiFilteredReason: 'because' }] }, 'empty', 'FILTERED'],
  [{ predictions: [] }, 'empty', 'NO_IMAGE'],
  [{}, 'empty', 'NO_IMAGE'],
] as const)('judges the predictions %j as %s', ([answered, kind, code]) => {
  const verdict = judgePredictions(answered)
  expect([verdict.kind, verdict.code]).toEqual([kind, code])
})

describe('chunks of a stream', () => {
  it('have content with words, thoughts, pictures and tool calls', () => {
    const has = (given: object, expectation: 'content' | 'image' = 'content') =>
      hasContent(readAnswer(given), expectation)
    expect(has(answer(undefined, { text: 'a' }))).toBe(true)
    expect(has(answer(undefined, { text: 'a', thought: true }))).toBe(true)
    expect(has(answer(undefined, PNG))).toBe(true)
    expect(has(answer(undefined, { functionCall: {} }))).toBe(true)
    expect(has(answer(undefined, { text: '' }))).toBe(false)
    expect(has({})).toBe(false)
    expect(has(answer(undefined, { text: 'a' }), 'image')).toBe(false)
    expect(has(answer(undefined, { ...PNG, thought: true }), 'image')).toBe(false)
    expect(has(answer(undefined, { functionCall: {} }), 'image')).toBe(true)
    expect(has(answer(undefined, { text: 'a' }, PNG), 'image')).toBe(true)
  })

  it('are the last with a finish reason or a blocked prompt', () => {
    expect(isTerminal(readAnswer(answer('STOP')))).toBe(true)
    expect(isTerminal(readAnswer({ promptFeedback: { blockReason: 'SAFETY' } }))).toBe(true)
    expect(isTerminal(readAnswer(answer(undefined, { text: 'a' })))).toBe(false)
    expect(isTerminal(readAnswer({ promptFeedback: {} }))).toBe(false)
  })
})
