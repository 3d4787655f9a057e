import type { RecordedReply } from './recorded-reply.ts'

const openai = (type: string, code: string | number | null, message = 'The provider says so.'): object => ({
  error: { message, type, param: null, code },
})

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
  {
    name: 'a limit a day, by its reset',
    status: 429,
    headers: { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '7m12s' },
    body: openai('requests', 'rate_limit_exceeded'),
    kind: 'throttled',
    retryAfterMs: 432_000,
  },
  {
    name: 'overloaded, before there was a code for it',
    status: 429,
    body: openai('server_error', null, 'The engine is currently overloaded, please try again later'),
    kind: 'overloaded',
  },
  {
    name: 'no such model',
    status: 404,
    body: openai('invalid_request_error', 'model_not_found'),
    kind: 'endpoint_failed',
  },
]
