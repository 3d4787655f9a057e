// Error replies as the providers' documentation, client libraries and bug reports show them.
import type { VerdictKind } from '@spillway/core'

export interface RecordedReply {
  readonly name: string
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
  readonly kind: VerdictKind
  readonly code?: string
  readonly retryAfterMs?: number
}

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
const openai = (type: string, code: string | number | null, message = 'The provider says so.'): object => ({
  error: { message, type, param: null, code },
})

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

export const openaiReplies: readonly RecordedReply[] = [
  {
    name: 'overloaded',
    status: 503,
    body: openai('service_unavailable_error', 'server_is_overloaded'),
    kind: 'overloaded',
    code: 'server_is_overloaded',
  },
  {
    name: 'slow down',
    status: 429,
    body: openai('rate_limit_error', 'slow_down'),
    kind: 'overloaded',
    code: 'slow_down',
  },
  {
    name: 'pace',
    status: 429,
    headers: { 'retry-after': '2', 'retry-after-ms': '1500' },
    body: openai('rate_limit_error', 'rate_limit_exceeded'),
    kind: 'throttled',
    retryAfterMs: 1500,
  },
  {
    name: 'plan used up',
    status: 429,
    body: openai('insufficient_quota', 'insufficient_quota'),
    kind: 'quota_exhausted',
  },
  {
    name: 'credit spent',
    status: 429,
    body: openai('insufficient_quota', 'credit_balance_exhausted'),
    kind: 'quota_exhausted',
  },
  {
    name: 'spend limit',
    status: 429,
    body: openai('insufficient_quota', 'project_spend_limit_exceeded'),
    kind: 'quota_exhausted',
  },
  { name: 'server error', status: 500, body: openai('server_error', 'server_error'), kind: 'transient' },
  { name: 'bad key', status: 401, body: openai('invalid_request_error', 'invalid_api_key'), kind: 'endpoint_failed' },
  {
    name: 'too long',
    status: 400,
    body: openai('invalid_request_error', 'context_length_exceeded'),
    kind: 'request_failed',
  },
  { name: 'unprocessable', status: 422, body: openai('invalid_request_error', null), kind: 'request_failed' },
  { name: 'too large', status: 413, body: '', kind: 'request_failed' },
  { name: 'locked', status: 409, body: '', kind: 'transient' },
  { name: 'request timeout', status: 408, body: '', kind: 'transient' },
  { name: 'too early', status: 425, body: '', kind: 'transient' },
  {
    name: 'in a stream: overloaded',
    status: 200,
    body: openai('server_error', 'server_is_overloaded'),
    kind: 'overloaded',
  },
  { name: 'in a stream: pace', status: 200, body: openai('', 'rate_limit_exceeded'), kind: 'throttled' },
  { name: 'in a stream: unknown', status: 200, body: openai('', 'something_new'), kind: 'transient' },
  {
    name: 'in a stream: blocked',
    status: 200,
    body: openai('image_generation_user_error', 'moderation_blocked'),
    kind: 'request_failed',
  },
]

export const otherReplies: readonly RecordedReply[] = [
  {
    name: 'Anthropic overloaded',
    status: 529,
    body: { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
    kind: 'overloaded',
    code: 'overloaded_error',
  },
  {
    name: 'OpenRouter mid-stream disconnect',
    status: 200,
    body: { error: { code: 502, message: 'Provider disconnected' } },
    kind: 'transient',
  },
  {
    name: 'OpenRouter overloaded in a 200',
    status: 200,
    body: { error: { code: 503, message: 'busy' } },
    kind: 'overloaded',
  },
  {
    name: 'OpenRouter in-flight budget',
    status: 402,
    headers: { 'retry-after': '3' },
    body: { error: { code: 402, message: '' } },
    kind: 'throttled',
    retryAfterMs: 3000,
  },
  { name: 'OpenRouter no credit', status: 402, body: { error: { code: 402, message: '' } }, kind: 'quota_exhausted' },
  {
    name: 'vLLM, numeric code',
    status: 503,
    body: { error: { code: 503, type: 'ServiceUnavailable', message: '' } },
    kind: 'overloaded',
    code: 'ServiceUnavailable',
  },
  { name: 'Ollama, a bare string', status: 503, body: { error: 'server busy, please try again' }, kind: 'overloaded' },
  {
    name: 'Bedrock throttling',
    status: 429,
    body: { error: { code: 'ThrottlingException', message: '' } },
    kind: 'throttled',
  },
  { name: 'Groq flex capacity', status: 498, body: '', kind: 'overloaded' },
  {
    name: 'Azure, wait in its own header',
    status: 429,
    headers: { 'x-ms-retry-after-ms': '700' },
    body: { error: { code: '429', message: '' } },
    kind: 'throttled',
    retryAfterMs: 700,
  },
  {
    name: 'Azure content filter',
    status: 400,
    body: { error: { code: 'content_filter', message: '' } },
    kind: 'request_failed',
  },
  { name: 'a proxy page', status: 502, body: '<html><h1>502 Bad Gateway</h1></html>', kind: 'transient' },
  { name: 'Cloudflare', status: 524, body: '', kind: 'transient' },
  { name: 'an empty 503', status: 503, body: '', kind: 'overloaded' },
  { name: 'broken JSON', status: 503, body: '{"error":{"message":"over', kind: 'overloaded' },
  {
    name: 'a redirect',
    status: 302,
    headers: { location: 'https://elsewhere.example' },
    body: '',
    kind: 'endpoint_failed',
    code: 'redirect',
  },
  {
    name: 'an own __proto__',
    status: 500,
    body: JSON.parse('{"__proto__":{"error":{"code":"insufficient_quota"}}}'),
    kind: 'transient',
  },
]
