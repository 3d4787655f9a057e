import { pipeline, PipelineDisposedError, retry, timeout, TimeoutExceededError, type Classifier } from '@spillway/core'
import OpenAI, { APIConnectionError, APIConnectionTimeoutError, APIError, APIUserAbortError } from 'openai'
import { ContentFilterFinishReasonError, LengthFinishReasonError } from 'openai/error'
import { describe, expect, test } from 'vitest'
import { openaiClassifier, refusalOf } from './index.ts'

const error = (status: number, body: object, headers: Record<string, string> = {}): APIError =>
  APIError.generate(status, { error: body }, undefined, new Headers(headers))
const verdict = (thrown: unknown): ReturnType<Classifier['error']> => openaiClassifier().error(thrown)

describe('errors of the client', () => {
  test.for([
    [503, 'server_is_overloaded', 'overloaded'],
    [429, 'rate_limit_exceeded', 'throttled'],
    [429, 'slow_down', 'overloaded'],
    [429, 'credit_balance_exhausted', 'quota_exhausted'],
    [500, 'server_error', 'transient'],
    [401, 'invalid_api_key', 'endpoint_failed'],
    [404, 'model_not_found', 'endpoint_failed'],
    [400, 'context_length_exceeded', 'request_failed'],
  ] as const)('%d %s is %s', ([status, code, kind]) => {
    expect(verdict(error(status, { code, message: '' }))).toMatchObject({ kind, status, code })
  })

  test('carry the wait the server asked for', () => {
    expect(verdict(error(429, {}, { 'retry-after-ms': '250' }))?.retryAfterMs).toBe(250)
  })

  test('from inside a stream have no status, and a code', () => {
    const inBand = new APIError(undefined, { code: 'server_is_overloaded' }, undefined, new Headers())
    expect(verdict(inBand)?.kind).toBe('overloaded')
  })

  test('of the connection are transient, of the caller canceled', () => {
    const cause = new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }) })
    expect(verdict(new APIConnectionError({ cause }))).toMatchObject({ kind: 'transient', sent: false })
    expect(verdict(new APIConnectionError({ message: 'x' }))?.kind).toBe('transient')
    expect(verdict(new APIConnectionTimeoutError())).toMatchObject({ kind: 'transient', code: 'timeout' })
    expect(verdict(new APIUserAbortError())?.kind).toBe('canceled')
  })

  test('of an answer that was cut off or withheld blame the request', () => {
    expect(verdict(new LengthFinishReasonError())?.kind).toBe('request_failed')
    expect(verdict(new ContentFilterFinishReasonError())?.kind).toBe('request_failed')
  })

  test('bare errors of a broken answer are transient, mistakes are not ours to judge', () => {
    expect(verdict(new TypeError('terminated'))?.kind).toBe('transient')
    expect(verdict(new SyntaxError('Unexpected end of JSON input'))?.kind).toBe('transient')
    expect(verdict(new TypeError('x is not a function'))).toBeUndefined()
    expect(verdict('text')).toBeUndefined()
  })

  test('with our own error behind them say what that says', () => {
    const ours = new TimeoutExceededError('idle', 10)
    expect(verdict(new APIConnectionError({ cause: ours }))).toBe(ours.verdict)
    expect(refusalOf(new APIConnectionError({ cause: ours }))).toBe(ours)
    const disposed = new PipelineDisposedError('x')
    expect(refusalOf(disposed)).toBe(disposed)
    expect(refusalOf(error(503, {}))).toBeUndefined()
    expect(refusalOf(undefined)).toBeUndefined()
  })
})

describe('answers', () => {
  const value = (answer: unknown): string | undefined => openaiClassifier().value?.(answer)?.kind
  test('without the result are empty', () => {
    expect(value(undefined)).toBe('empty')
    expect(value({ choices: [{ message: { content: '' }, finish_reason: 'stop' }] })).toBe('empty')
    expect(value({ created: 1, data: [] })).toBe('empty')
    expect(value({ object: 'response', status: 'completed', output: [] })).toBe('empty')
  })

  test('with an error inside are judged by it', () => {
    expect(value({ error: { code: 503, message: '' } })).toBe('overloaded')
  })

  test('with a result, and those of other kinds, are fine', () => {
    expect(value({ choices: [{ message: { content: 'x' } }] })).toBeUndefined()
    expect(value({ object: 'list', data: [] })).toBeUndefined()
    expect(value('text')).toBeUndefined()
  })
})

test('a plain client in a pipeline is retried as the classifier says', async () => {
  let hits = 0
  const fetch = async (): Promise<Response> => {
    hits++
    const body = { error: { code: hits === 1 ? 'server_is_overloaded' : 'insufficient_quota', message: '' } }
    return new Response(JSON.stringify(body), { status: hits === 1 ? 503 : 429 })
  }
  const client = new OpenAI({ apiKey: 'k', maxRetries: 0, fetch })
  const calls = pipeline([timeout({ totalMs: 60_000 }), retry({ backoff: { next: () => step } })], {
    classifier: openaiClassifier(),
  })
  await expect(calls.execute(({ signal }) => client.models.list({ signal }))).rejects.toMatchObject({ status: 429 })
  expect(hits).toBe(2)
})

const step = { duration: 0, next: () => step }
