import type { RecordedReply } from './recorded-reply.ts'

const RPC = 'type.googleapis.com/google.rpc.'
const gemini = (code: number, status: string, message: string, details?: readonly object[]): object => ({
  error: { code, message, status, ...(details === undefined ? {} : { details }) },
})
const quota = (quotaId: string, quotaValue: string): object => ({
  '@type': `${RPC}QuotaFailure`,
  violations: [{ quotaMetric: 'generativelanguage.googleapis.com/requests', quotaId, quotaValue }],
})
const retryInfo = (retryDelay: string): object => ({ '@type': `${RPC}RetryInfo`, retryDelay })
const errorInfo = (reason: string): object => ({ '@type': `${RPC}ErrorInfo`, reason, domain: 'googleapis.com' })
const OVERLOADED = gemini(503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.')
const PER_MINUTE = 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier'
const PER_DAY = 'GenerateRequestsPerDayPerProjectPerModel-FreeTier'

export const geminiReplies: readonly RecordedReply[] = [
  { name: 'overloaded', status: 503, body: OVERLOADED, kind: 'overloaded', code: 'UNAVAILABLE' },
  { name: 'overloaded, in an array', status: 503, body: [OVERLOADED], kind: 'overloaded', code: 'UNAVAILABLE' },
  {
    name: 'overloaded, nested as JSON in a message',
    status: 503,
    body: { error: { message: JSON.stringify({ error: { message: JSON.stringify(OVERLOADED), code: 503 } }) } },
    kind: 'overloaded',
    code: 'UNAVAILABLE',
  },
  { name: 'overloaded, inside a 200 stream', status: 200, body: OVERLOADED, kind: 'overloaded', code: 'UNAVAILABLE' },
  {
    name: 'no capacity for the model, as 429',
    status: 429,
    body: gemini(429, 'RESOURCE_EXHAUSTED', 'No capacity available.', [errorInfo('MODEL_CAPACITY_EXHAUSTED')]),
    kind: 'overloaded',
    code: 'MODEL_CAPACITY_EXHAUSTED',
  },
  {
    name: 'per minute, with RetryInfo',
    status: 429,
    body: gemini(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota.', [
      quota(PER_MINUTE, '10'),
      retryInfo('23s'),
    ]),
    kind: 'throttled',
    retryAfterMs: 23_000,
  },
  {
    name: 'per minute, wait in the message alone',
    status: 429,
    body: gemini(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded, limit: 10, model: x\nPlease retry in 900ms.'),
    kind: 'throttled',
    retryAfterMs: 900,
  },
  {
    name: 'without any detail: shared capacity',
    status: 429,
    body: gemini(429, 'RESOURCE_EXHAUSTED', 'Resource has been exhausted (e.g. check quota).'),
    kind: 'throttled',
  },
  {
    name: 'per day',
    status: 429,
    body: gemini(429, 'RESOURCE_EXHAUSTED', 'Please retry in 10h17m5.723541104s.', [quota(PER_DAY, '100')]),
    kind: 'quota_exhausted',
    retryAfterMs: 37_025_723.541104,
  },
  {
    name: 'no quota for this tier',
    status: 429,
    body: gemini(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded for metric: x, limit: 0, model: y'),
    kind: 'quota_exhausted',
  },
  { name: 'prepaid balance empty', status: 402, body: gemini(402, 'RESOURCE_EXHAUSTED', ''), kind: 'quota_exhausted' },
  { name: 'internal', status: 500, body: gemini(500, 'INTERNAL', 'An internal error.'), kind: 'transient' },
  { name: 'deadline', status: 504, body: gemini(504, 'DEADLINE_EXCEEDED', ''), kind: 'transient' },
  { name: 'cancelled by the service', status: 499, body: gemini(499, 'CANCELLED', ''), kind: 'transient' },
  {
    name: 'a bad key, as 400',
    status: 400,
    body: gemini(400, 'INVALID_ARGUMENT', 'API key not valid.', [errorInfo('API_KEY_INVALID')]),
    kind: 'endpoint_failed',
    code: 'API_KEY_INVALID',
  },
  {
    name: 'not available in this country',
    status: 400,
    body: gemini(400, 'FAILED_PRECONDITION', 'Free tier is not available in your country.'),
    kind: 'endpoint_failed',
  },
  { name: 'unauthenticated', status: 401, body: gemini(401, 'UNAUTHENTICATED', ''), kind: 'endpoint_failed' },
  { name: 'forbidden', status: 403, body: gemini(403, 'PERMISSION_DENIED', ''), kind: 'endpoint_failed' },
  { name: 'no such model', status: 404, body: gemini(404, 'NOT_FOUND', ''), kind: 'endpoint_failed' },
  { name: 'a bad request', status: 400, body: gemini(400, 'INVALID_ARGUMENT', ''), kind: 'request_failed' },
]
