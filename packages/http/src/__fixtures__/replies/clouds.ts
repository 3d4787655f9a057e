import type { RecordedReply } from './recorded-reply.ts'

const aws = (name: string): Readonly<Record<string, string>> => ({
  'x-amzn-errortype': `${name}:http://internal.amazon.com/coral/com.amazon.bedrock/`,
})

/** Bedrock, which names its errors in a header; its OpenAI-compatible side in the body. */
export const bedrockReplies: readonly RecordedReply[] = [
  {
    name: 'throttling',
    status: 429,
    headers: aws('ThrottlingException'),
    body: { message: 'Too many requests, please wait before trying again.' },
    kind: 'throttled',
    code: 'ThrottlingException',
  },
  {
    name: 'throttling, in the body',
    status: 429,
    body: { error: { code: 'ThrottlingException', message: '' } },
    kind: 'throttled',
  },
  {
    name: 'throttling, as AWS names it in a body',
    status: 400,
    body: { __type: 'com.amazon.coral.service#ThrottlingException', Message: 'Rate exceeded' },
    kind: 'throttled',
    code: 'ThrottlingException',
  },
  {
    name: 'a model that is not ready',
    status: 429,
    headers: aws('ModelNotReadyException'),
    body: { message: 'The model is not ready for inference requests.' },
    kind: 'overloaded',
    code: 'ModelNotReadyException',
  },
  {
    name: 'unavailable',
    status: 503,
    headers: aws('ServiceUnavailableException'),
    body: { message: '' },
    kind: 'overloaded',
  },
  {
    name: 'a quota',
    status: 400,
    headers: aws('ServiceQuotaExceededException'),
    body: { message: '' },
    kind: 'quota_exhausted',
  },
  {
    name: 'a model that failed',
    status: 424,
    headers: aws('ModelErrorException'),
    body: { message: '' },
    kind: 'transient',
    scope: 'model',
  },
  {
    name: 'a model that was too slow',
    status: 408,
    headers: aws('ModelTimeoutException'),
    body: { message: '' },
    kind: 'transient',
  },
  {
    name: 'a bad request',
    status: 400,
    headers: aws('ValidationException'),
    body: { message: '' },
    kind: 'request_failed',
  },
  {
    name: 'no access',
    status: 403,
    headers: aws('AccessDeniedException'),
    body: { message: '' },
    kind: 'endpoint_failed',
  },
]

/** Groq. */
export const groqReplies: readonly RecordedReply[] = [
  { name: 'no flexible capacity', status: 498, body: '', kind: 'overloaded' },
  {
    name: 'no flexible capacity, by its code',
    status: 498,
    body: { error: { message: 'Flex tier capacity exceeded', type: 'service_unavailable', code: 'capacity_exceeded' } },
    kind: 'overloaded',
    code: 'capacity_exceeded',
  },
  {
    name: 'tokens of a day',
    status: 429,
    body: {
      error: {
        message:
          'Rate limit reached for model `x` in organization `org_1` on tokens per day (TPD): Limit 100000, Used 99990, Requested 500. Please try again in 7m3.36s.',
        type: 'tokens',
        code: 'rate_limit_exceeded',
      },
    },
    kind: 'throttled',
    retryAfterMs: 423_360,
  },
]
