import type { RecordedReply } from './recorded-reply.ts'

const anthropic = (type: string, message: string, details?: object): object => ({
  type: 'error',
  error: { type, message, ...(details === undefined ? {} : { details }) },
  request_id: 'req_011CSHoEeqs5C35K2UUqR7Fy',
})

const LIMITS = {
  'anthropic-ratelimit-requests-limit': '1000',
  'anthropic-ratelimit-requests-remaining': '999',
  'anthropic-ratelimit-requests-reset': '2026-03-02T12:00:01Z',
  'anthropic-ratelimit-input-tokens-limit': '80000',
  'anthropic-ratelimit-input-tokens-remaining': '0',
  'anthropic-ratelimit-input-tokens-reset': '2026-03-02T12:00:32Z',
  'anthropic-ratelimit-output-tokens-limit': '16000',
  'anthropic-ratelimit-output-tokens-remaining': '12000',
  'anthropic-ratelimit-output-tokens-reset': '2026-03-02T12:00:47Z',
}

export const anthropicReplies: readonly RecordedReply[] = [
  {
    name: 'overloaded',
    status: 529,
    headers: { 'x-should-retry': 'true' },
    body: anthropic('overloaded_error', 'Overloaded'),
    kind: 'overloaded',
    code: 'overloaded_error',
  },
  {
    name: 'overloaded, inside a stream',
    status: 200,
    body: anthropic('overloaded_error', 'Overloaded'),
    kind: 'overloaded',
  },
  {
    name: 'pace, with a wait',
    status: 429,
    headers: { ...LIMITS, 'retry-after': '42' },
    body: anthropic('rate_limit_error', 'Number of request tokens has exceeded your per-minute rate limit'),
    kind: 'throttled',
    code: 'rate_limit_error',
    retryAfterMs: 42_000,
  },
  {
    name: 'pace, the reset of what is used up alone',
    status: 429,
    headers: LIMITS,
    body: anthropic('rate_limit_error', 'This request would exceed the rate limit for your organization.'),
    kind: 'throttled',
    at: '2026-03-02T12:00:00Z',
    retryAfterMs: 32_000,
  },
  {
    name: 'spend limit of the tier',
    status: 429,
    body: anthropic(
      'rate_limit_error',
      'You have reached your API usage limits: your organization has crossed its monthly API usage threshold. You will regain access on 2026-03-03 at 00:00 UTC.',
      { error_code: 'enforced_spend_limit_reached' },
    ),
    kind: 'quota_exhausted',
    code: 'enforced_spend_limit_reached',
    at: '2026-03-02T12:00:00Z',
    retryAfterMs: 12 * 3_600_000,
  },
  {
    name: 'spend limit of the workspace, as 400',
    status: 400,
    body: anthropic(
      'invalid_request_error',
      'You have reached your specified workspace API usage limits. You will regain access on 2026-09-01 at 00:00 UTC.',
    ),
    kind: 'quota_exhausted',
    at: '2026-03-02T12:00:00Z',
    retryAfterMs: 86_400_000,
  },
  {
    name: 'no credit, as 400',
    status: 400,
    body: anthropic(
      'invalid_request_error',
      'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
    ),
    kind: 'quota_exhausted',
    scope: 'project',
  },
  { name: 'billing', status: 402, body: anthropic('billing_error', 'Payment required'), kind: 'quota_exhausted' },
  { name: 'too slow', status: 504, body: anthropic('timeout_error', 'Request timed out'), kind: 'transient' },
  { name: 'internal', status: 500, body: anthropic('api_error', 'Internal server error'), kind: 'transient' },
  {
    name: 'bad key',
    status: 401,
    body: anthropic('authentication_error', 'invalid x-api-key'),
    kind: 'endpoint_failed',
  },
  { name: 'forbidden', status: 403, body: anthropic('permission_error', ''), kind: 'endpoint_failed', scope: 'key' },
  { name: 'no such model', status: 404, body: anthropic('not_found_error', 'model: x'), kind: 'endpoint_failed' },
  {
    name: 'a bad request',
    status: 400,
    body: anthropic('invalid_request_error', 'messages: "overloaded"'),
    kind: 'request_failed',
  },
  { name: 'too large', status: 413, body: anthropic('request_too_large', ''), kind: 'request_failed' },
]
