import { describe, expect, it } from 'vitest'
import { classifyGeminiReply } from './classify-error.ts'

const NOON_UTC = Date.parse('2026-01-15T12:00:00Z')
const RPC = 'type.googleapis.com/google.rpc.'

const judge = (status: number, body: unknown) => classifyGeminiReply({ status, body, wallTimeMs: NOON_UTC }).verdict
const reply = (code: number, status: string, message = '', details: object[] = []) =>
  judge(code, { error: { code, message, status, details } })
const retryInfo = (retryDelay: string) => ({ '@type': `${RPC}RetryInfo`, retryDelay })
const errorInfo = (reason: string) => ({ '@type': `${RPC}ErrorInfo`, reason, domain: 'googleapis.com', metadata: {} })
const quota = (quotaId: string, quotaValue = '10') => ({
  '@type': `${RPC}QuotaFailure`,
  violations: [{ quotaMetric: 'generativelanguage.googleapis.com/requests', quotaId, quotaValue }],
})
const OVERLOADED = { error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } }
const nested = (message: string) => JSON.stringify({ error: { message, code: 503, status: 'Service Unavailable' } })
const PER_MINUTE = 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier'
const PER_DAY = 'GenerateRequestsPerDayPerProjectPerModel-FreeTier'

describe('classifyGeminiReply', () => {
  it.for([
    [400, 'INVALID_ARGUMENT', 'request_failed', 'request'],
    [400, 'FAILED_PRECONDITION', 'endpoint_failed', 'project'],
    [401, 'UNAUTHENTICATED', 'endpoint_failed', 'key'],
    [402, 'RESOURCE_EXHAUSTED', 'quota_exhausted', 'project'],
    [403, 'PERMISSION_DENIED', 'endpoint_failed', 'key'],
    [404, 'NOT_FOUND', 'endpoint_failed', 'model'],
    [409, 'ABORTED', 'transient', undefined],
    [413, 'INVALID_ARGUMENT', 'request_failed', 'request'],
    [499, 'CANCELLED', 'transient', undefined],
    [500, 'INTERNAL', 'transient', undefined],
    [503, 'UNAVAILABLE', 'overloaded', undefined],
    [504, 'DEADLINE_EXCEEDED', 'transient', undefined],
  ] as const)('judges %i %s as %s', ([status, code, kind, scope]) => {
    const verdict = reply(status, code)
    expect(verdict).toMatchObject({ kind, status, code, sent: true, ...(scope === undefined ? {} : { scope }) })
  })

  it('waits as long as RetryInfo says', () => {
    expect(reply(503, 'UNAVAILABLE', '', [retryInfo('2.5s')])).toMatchObject({ kind: 'overloaded', retryAfterMs: 2500 })
  })

  it('throttles after a quota per minute, with the hint', () => {
    const verdict = reply(429, 'RESOURCE_EXHAUSTED', '', [quota(PER_MINUTE), retryInfo('23s')])
    expect(verdict).toMatchObject({ kind: 'throttled', scope: 'project', retryAfterMs: 23_000 })
  })

  it('takes a quota per day as spent until the hint has passed', () => {
    const verdict = reply(429, 'RESOURCE_EXHAUSTED', 'Please retry in 10h17m5.5s.', [quota(PER_DAY)])
    expect(verdict).toMatchObject({ kind: 'quota_exhausted', scope: 'project', retryAfterMs: 37_025_500 })
  })

  it('takes a quota per day without a hint as spent until midnight in California', () => {
    const verdict = reply(429, 'RESOURCE_EXHAUSTED', '', [quota(PER_DAY)])
    expect(verdict).toMatchObject({ kind: 'quota_exhausted', retryAfterMs: 20 * 3_600_000 })
  })

  it('takes a quota per day as spent although a quota per minute is named first', () => {
    const both = [quota(PER_MINUTE), quota(PER_DAY)]
    expect(reply(429, 'RESOURCE_EXHAUSTED', '', both)).toMatchObject({ kind: 'quota_exhausted' })
  })

  it.for([
    ['in the violation', '', [quota(PER_DAY, '0')]],
    ['in the message', '* Quota exceeded for metric: requests, limit: 0, model: x\nPlease retry in 30s.', []],
  ] as const)('knows from a limit of 0 %s that this model is not to be had here', ([, message, details]) => {
    const verdict = reply(429, 'RESOURCE_EXHAUSTED', message, [...details])
    expect(verdict).toMatchObject({ kind: 'endpoint_failed', scope: 'model' })
  })

  it.for([429, 503])('blames the model where status %i says that it has no capacity', (status) => {
    const verdict = reply(status, 'RESOURCE_EXHAUSTED', '', [errorInfo('MODEL_CAPACITY_EXHAUSTED')])
    expect(verdict).toMatchObject({ kind: 'overloaded', scope: 'model', code: 'MODEL_CAPACITY_EXHAUSTED' })
  })

  it('takes a bare 429 for missing capacity, since it names no quota of ours', () => {
    const text = 'Resource has been exhausted (e.g. check quota).'
    expect(reply(429, 'RESOURCE_EXHAUSTED', text)).toMatchObject({ kind: 'overloaded' })
  })

  it.for([
    'Your project has exceeded its monthly spending cap.',
    'Your prepayment credits are depleted. Please manage your billing.',
  ])('knows spent money: %s', (text) => {
    expect(reply(429, 'RESOURCE_EXHAUSTED', text)).toMatchObject({ kind: 'quota_exhausted', scope: 'project' })
  })

  it.for([
    ['API key not valid. Please pass a valid API key.', [errorInfo('API_KEY_INVALID')], 'key'],
    ['API key not valid. Please pass a valid API key.', [], 'key'],
    ['API key expired. Please renew the API key.', [], 'key'],
    ['User location is not supported for the API use.', [], 'endpoint'],
  ] as const)('blames the endpoint for a bare 400: %s', ([message, details, scope]) => {
    expect(reply(400, 'INVALID_ARGUMENT', message, [...details])).toMatchObject({ kind: 'endpoint_failed', scope })
  })

  it.for([
    ['rate_limit_exceeded', 'throttled'],
    ['quota_exceeded', 'quota_exhausted'],
    ['too_many_requests', 'throttled'],
    ['service_unavailable', 'overloaded'],
    ['authentication', 'endpoint_failed'],
    ['api_error', 'transient'],
    ['invalid_request', 'request_failed'],
  ] as const)('knows the word %s inside a stream as %s', ([word, kind]) => {
    const text = JSON.stringify({ error: { code: word, message: '' } })
    expect(judge(200, text)).toMatchObject({ kind, code: word })
  })

  it.for([
    ['in an array', JSON.stringify([OVERLOADED])],
    ['as JSON inside the message the client makes of a text body', nested(JSON.stringify(OVERLOADED))],
    ['as an array inside that message', nested(JSON.stringify([OVERLOADED]))],
    ['behind the prefix of the client', `got status: UNAVAILABLE. ${JSON.stringify(OVERLOADED)}`],
  ] as const)('reads an error %s', ([, text]) => {
    expect(judge(503, text)).toMatchObject({ kind: 'overloaded', code: 'UNAVAILABLE' })
  })

  it('judges an error inside a stream by its own code', () => {
    const text = 'got status: UNAVAILABLE. {"error":{"code":503,"status":"UNAVAILABLE","message":""}}'
    expect(judge(200, text)).toMatchObject({ kind: 'overloaded' })
  })

  it.for([
    [503, '<html>Service Unavailable</html>', 'overloaded'],
    [502, '', 'transient'],
    [503, '{"error":{"code":503,"mess', 'overloaded'],
    [429, '', 'throttled'],
  ] as const)('goes by status %i where the body is unreadable', ([status, text, kind]) => {
    expect(judge(status, text)).toMatchObject({ kind, status })
  })

  it('gives no sentence for a code', () => {
    const verdict = reply(400, 'INVALID_ARGUMENT', '', [errorInfo('the prompt was: a cat')])
    expect(verdict.code).toBeUndefined()
  })
})
