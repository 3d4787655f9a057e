import type { RecordedReply } from './recorded-reply.ts'

const azure = (code: string, message: string): object => ({ error: { code, message } })

export const azureReplies: readonly RecordedReply[] = [
  {
    name: 'pace of the deployment',
    status: 429,
    headers: { 'retry-after-ms': '19800', 'retry-after': '20', 'x-ratelimit-remaining-tokens': '0' },
    body: azure(
      '429',
      'Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-10-21 have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after 20 seconds.',
    ),
    kind: 'throttled',
    retryAfterMs: 19_800,
  },
  {
    name: 'pace of the deployment, wait in the words alone',
    status: 429,
    body: azure('429', 'Requests have exceeded token rate limit. Please retry after 86400 seconds.'),
    kind: 'throttled',
    retryAfterMs: 86_400_000,
  },
  {
    name: 'pace, reset in seconds',
    status: 429,
    headers: { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '10' },
    body: azure('429', 'Requests have exceeded call rate limit.'),
    kind: 'throttled',
    retryAfterMs: 10_000,
  },
  {
    name: 'wait in a header of its own',
    status: 429,
    headers: { 'x-ms-retry-after-ms': '700' },
    body: azure('429', ''),
    kind: 'throttled',
    retryAfterMs: 700,
  },
  {
    name: 'high demand',
    status: 429,
    body: azure(
      '429',
      'The system is currently experiencing high demand and cannot process your request. Your request exceeds the maximum usage size allowed during peak load. Please retry after 20 seconds. For improved capacity reliability, consider switching to Provisioned Throughput.',
    ),
    kind: 'overloaded',
    scope: 'model',
    retryAfterMs: 20_000,
  },
  {
    name: 'overloaded, without a code',
    status: 500,
    body: {
      error: { message: 'The server is currently overloaded with other requests.', type: 'server_error', code: null },
    },
    kind: 'overloaded',
  },
  { name: 'content filter', status: 400, body: azure('content_filter', ''), kind: 'request_failed' },
  {
    name: 'no such deployment',
    status: 404,
    body: azure('DeploymentNotFound', 'The API deployment for this resource does not exist.'),
    kind: 'endpoint_failed',
    scope: 'model',
  },
  {
    name: 'bad key',
    status: 401,
    body: azure('401', 'Access denied due to invalid subscription key.'),
    kind: 'endpoint_failed',
  },
  {
    name: 'rate limit of the gateway',
    status: 429,
    body: { statusCode: 429, message: 'Rate limit is exceeded. Try again in 26 seconds.' },
    kind: 'throttled',
    retryAfterMs: 26_000,
  },
  {
    name: 'quota of the gateway',
    status: 403,
    body: { statusCode: 403, message: 'Out of call volume quota. Quota will be replenished in 03:05:12.' },
    kind: 'quota_exhausted',
    retryAfterMs: 11_112_000,
  },
]
