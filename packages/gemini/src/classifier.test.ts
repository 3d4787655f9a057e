import { ApiError, GenerateContentResponse } from '@google/genai'
import { InvalidOptionsError } from '@spillway/core'
import { describe, expect, it } from 'vitest'
import { geminiClassifier } from './classifier.ts'

const overloaded = JSON.stringify({ error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } })
const classifier = geminiClassifier()

describe('geminiClassifier', () => {
  it.for([
    ['an ApiError', new ApiError({ status: 503, message: overloaded })],
    ['an ApiError inside a stream', new ApiError({ status: 503, message: `got status: UNAVAILABLE. ${overloaded}` })],
    ['an error of the newer resources', Object.assign(new Error('503'), { statusCode: 503, body: overloaded })],
  ] as const)('knows %s', ([, error]) => {
    expect(classifier.error(error)).toMatchObject({ kind: 'overloaded', status: 503, code: 'UNAVAILABLE' })
  })

  it('leaves what the caller ended alone', () => {
    expect(classifier.error(new DOMException('This operation was aborted', 'AbortError'))).toMatchObject({
      kind: 'canceled',
    })
  })

  it.for([
    ['broken_body', new SyntaxError('Unexpected end of JSON input')],
    ['truncated_stream', new Error('Incomplete JSON segment at the end')],
    ['truncated_stream', new Error('exception parsing stream chunk {"candida. SyntaxError')],
  ] as const)('takes a broken answer as transient: %s', ([code, error]) => {
    expect(classifier.error(error)).toEqual({ kind: 'transient', sent: true, billed: 'unknown', code })
  })

  it('says nothing about other errors', () => {
    expect(classifier.error(new Error('boom'))).toBeUndefined()
    expect(classifier.error('boom')).toBeUndefined()
  })

  const wordsOf = (modelVersion: string): GenerateContentResponse =>
    Object.assign(new GenerateContentResponse(), {
      candidates: [{ content: { parts: [{ text: 'Hello' }] }, finishReason: 'STOP' }],
      modelVersion,
    })

  it('expects a picture from a model whose name says so', () => {
    expect(classifier.value?.(wordsOf('gemini-3.8-flash'))?.kind).toBe('success')
    expect(classifier.value?.(wordsOf('gemini-3-pro-image'))?.kind).toBe('empty')
    expect(classifier.value?.(wordsOf('gemini-nano-banana-2.1'))?.kind).toBe('empty')
  })

  it('expects what it is told to', () => {
    expect(geminiClassifier({ expect: 'image' }).value?.(wordsOf('gemini-3.8-flash'))?.kind).toBe('empty')
    expect(geminiClassifier({ expect: 'content' }).value?.(wordsOf('gemini-3-pro-image'))?.kind).toBe('success')
  })

  it('knows an interaction by its status', () => {
    const judged = (status: string, steps: object[]) => classifier.value?.({ id: 'i', status, steps })?.kind
    const output = [{ type: 'model_output', content: [{ type: 'text', text: 'Hi' }] }]
    expect(judged('completed', output)).toBeUndefined()
    expect(judged('completed', [])).toBe('empty')
    expect(judged('failed', output)).toBe('transient')
    expect(judged('budget_exceeded', [])).toBe('request_failed')
  })

  it('finds nothing in {}', () => {
    expect(classifier.value?.({})?.kind).toBe('empty')
    const bare = Object.assign(new GenerateContentResponse(), { sdkHttpResponse: { headers: {} } })
    expect(classifier.value?.(bare)?.kind).toBe('empty')
  })

  it.for([undefined, 'text', [], new Map(), { embeddings: [] }, { totalTokens: 3 }, (async function* () {})()])(
    'says nothing about other values',
    (value) => {
      expect(classifier.value?.(value)).toBeUndefined()
    },
  )

  it('refuses what it does not know', () => {
    expect(() => geminiClassifier({ expects: 'image' } as never)).toThrow(InvalidOptionsError)
    expect(() => geminiClassifier({ expect: 'text' as never })).toThrow(/geminiClassifier.expect must be one of/)
  })
})
