import type { RecordedReply } from './recorded-reply.ts'

const openrouter = (code: number, message: string, metadata?: object): object => ({
  error: { code, message, ...(metadata === undefined ? {} : { metadata }) },
})
const litellm = (code: string, message: string, type = 'None'): object => ({
  error: { message, type, param: 'None', code },
})
const oneApi = (code: string, message: string): object => ({
  error: { message, type: 'new_api_error', param: '', code },
})

/** OpenRouter. */
export const openrouterReplies: readonly RecordedReply[] = [
  { name: 'disconnected in a stream', status: 200, body: openrouter(502, 'Provider disconnected'), kind: 'transient' },
  { name: 'overloaded in a 200', status: 200, body: openrouter(503, 'busy'), kind: 'overloaded' },
  {
    name: 'overloaded by its type, in a stream',
    status: 200,
    body: openrouter(502, 'Provider returned error', { error_type: 'provider_overloaded', provider_name: 'A' }),
    kind: 'overloaded',
    code: 'provider_overloaded',
  },
  {
    name: 'no provider',
    status: 502,
    body: openrouter(502, 'Provider returned error', { error_type: 'provider_unavailable' }),
    kind: 'transient',
    code: 'provider_unavailable',
  },
  {
    name: 'pace at the provider, whose own words are inside',
    status: 429,
    body: openrouter(429, 'Provider returned error', {
      provider_name: 'Google AI Studio',
      raw: JSON.stringify({
        error: {
          code: 429,
          status: 'RESOURCE_EXHAUSTED',
          message: '',
          details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '7s' }],
        },
      }),
    }),
    kind: 'throttled',
    retryAfterMs: 7000,
  },
  {
    name: 'pace at the provider, in plain words',
    status: 429,
    body: openrouter(429, 'Provider returned error', { raw: 'model:free is temporarily rate-limited upstream.' }),
    kind: 'throttled',
  },
  {
    name: 'free models of a day',
    status: 429,
    body: openrouter(
      429,
      'Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day',
      {
        limit_source: 'openrouter_free_tier_daily',
        headers: { 'X-RateLimit-Limit': '50', 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '1772496000000' },
      },
    ),
    kind: 'quota_exhausted',
    code: 'openrouter_free_tier_daily',
    at: '2026-03-02T12:00:00Z',
    retryAfterMs: 12 * 3_600_000,
  },
  {
    name: 'free models of a day, through a relay that keeps the words alone',
    status: 429,
    body: {
      error: {
        message: 'Rate limit exceeded: free-models-per-day-high-balance.',
        type: 'rate_limit_error',
        code: '429',
      },
    },
    kind: 'quota_exhausted',
  },
  {
    name: 'in-flight budget',
    status: 402,
    headers: { 'retry-after': '3' },
    body: openrouter(402, ''),
    kind: 'throttled',
    retryAfterMs: 3000,
  },
  { name: 'no credit', status: 402, body: openrouter(402, ''), kind: 'quota_exhausted' },
  {
    name: 'held back by a moderator',
    status: 403,
    body: openrouter(403, 'Your input was flagged', { reasons: ['violence'], flagged_input: 'my secret prompt' }),
    kind: 'request_failed',
    scope: 'request',
  },
]

/** LiteLLM, and relays of the one-api family. */
export const relayReplies: readonly RecordedReply[] = [
  {
    name: 'LiteLLM: budget, as 400',
    status: 400,
    body: litellm('400', 'Budget has been exceeded! Current cost: 0.01, Max budget: 0.005', 'budget_exceeded'),
    kind: 'quota_exhausted',
    code: 'budget_exceeded',
  },
  {
    name: 'LiteLLM: budget, as 429',
    status: 429,
    body: litellm('429', 'Budget has been exceeded! Current cost: 0.01, Max budget: 0.005', 'budget_exceeded'),
    kind: 'quota_exhausted',
  },
  {
    name: 'LiteLLM: no deployment left',
    status: 429,
    body: litellm(
      '429',
      'No deployments available for selected model, Try again in 5 seconds. Passed model=m. pre-call-checks=False',
    ),
    kind: 'overloaded',
    scope: 'model',
    retryAfterMs: 5000,
  },
  {
    name: 'LiteLLM: the pace of the provider behind',
    status: 429,
    body: litellm(
      '429',
      'litellm.RateLimitError: AzureException RateLimitError - Please retry after 7 seconds.',
      'throttling_error',
    ),
    kind: 'throttled',
    retryAfterMs: 7000,
  },
  {
    name: 'LiteLLM: too long',
    status: 400,
    body: litellm('400', 'litellm.ContextWindowExceededError: …', 'ContextWindowExceededError'),
    kind: 'request_failed',
  },
  {
    name: 'LiteLLM: bad key',
    status: 401,
    body: litellm('401', 'Authentication Error', 'auth_error'),
    kind: 'endpoint_failed',
  },
  {
    name: 'one-api: saturated',
    status: 429,
    body: { error: { message: '当前分组上游负载已饱和，请稍后再试', type: 'upstream_error', code: null } },
    kind: 'overloaded',
  },
  {
    name: 'one-api: no channel for the model, as 503',
    status: 503,
    body: oneApi('model_not_found', 'No available channel for model m under group default'),
    kind: 'endpoint_failed',
    scope: 'model',
  },
  { name: 'one-api: spent', status: 403, body: oneApi('insufficient_user_quota', ''), kind: 'quota_exhausted' },
]
