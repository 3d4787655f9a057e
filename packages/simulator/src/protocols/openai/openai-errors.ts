import type { ErrorName } from '../error-name.ts'
import { retryAfterHeaders } from '../hints.ts'
import type { ErrorAnswer, ErrorDetail } from '../reply.ts'

type Row = readonly [status: number, type: string, code: string | null, message: string]

const ERRORS: Readonly<Record<ErrorName, Row>> = {
  overloaded: [
    503,
    'service_unavailable_error',
    'server_is_overloaded',
    'The server is currently overloaded with other requests. Please try again later.',
  ],
  capacityExhausted: [
    503,
    'service_unavailable_error',
    'server_is_overloaded',
    'That model is currently out of capacity.',
  ],
  slowDown: [429, 'rate_limit_error', 'slow_down', 'Your traffic grew too quickly. Please slow down.'],
  internal: [500, 'server_error', 'server_error', 'The server had an error while processing your request.'],
  deadlineExceeded: [504, 'server_error', 'timeout', 'The server did not answer in time.'],
  rateLimited: [429, 'rate_limit_error', 'rate_limit_exceeded', 'Rate limit reached'],
  dailyQuota: [429, 'rate_limit_error', 'rate_limit_exceeded', 'Rate limit reached'],
  zeroQuota: [429, 'rate_limit_error', 'rate_limit_exceeded', 'Rate limit reached'],
  insufficientQuota: [
    429,
    'insufficient_quota',
    'insufficient_quota',
    'You exceeded your current quota, please check your plan and billing details.',
  ],
  creditExhausted: [
    429,
    'insufficient_quota',
    'credit_balance_exhausted',
    'Your credit balance is exhausted. Add credits to continue.',
  ],
  paymentRequired: [402, 'insufficient_quota', 'payment_required', 'Insufficient credits.'],
  unauthenticated: [401, 'invalid_request_error', 'invalid_api_key', 'Incorrect API key provided.'],
  missingKey: [
    401,
    'invalid_request_error',
    null,
    "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth.",
  ],
  invalidKey: [401, 'invalid_request_error', 'invalid_api_key', 'Incorrect API key provided.'],
  permissionDenied: [403, 'invalid_request_error', 'model_access_denied', 'You are not allowed to use this model.'],
  notFound: [
    404,
    'invalid_request_error',
    'model_not_found',
    'The model does not exist or you do not have access to it.',
  ],
  invalidRequest: [400, 'invalid_request_error', null, 'We could not parse the JSON body of your request.'],
  contextTooLong: [
    400,
    'invalid_request_error',
    'context_length_exceeded',
    "This model's maximum context length was exceeded. Please reduce the length of the messages.",
  ],
  bodyTooLarge: [413, 'invalid_request_error', null, 'The request body is larger than allowed.'],
}

const LIMIT_WORDS: Readonly<Record<string, string>> = {
  requestsPerMinute: 'requests per min (RPM)',
  tokensPerMinute: 'tokens per min (TPM)',
  requestsPerDay: 'requests per day (RPD)',
  imagesPerDay: 'images per day',
}

const ASSUMED_QUOTA: Partial<Record<ErrorName, { limit: string; value: number }>> = {
  rateLimited: { limit: 'requestsPerMinute', value: 10 },
  dailyQuota: { limit: 'requestsPerDay', value: 100 },
  zeroQuota: { limit: 'requestsPerDay', value: 0 },
}

/** Renders an error as OpenAI does: the wait is told in headers. */
export function openaiError(
  name: ErrorName,
  timeScale: number,
  detail: ErrorDetail & { readonly model: string },
): ErrorAnswer {
  const [status, type, code, text] = ERRORS[name]
  const assumed = ASSUMED_QUOTA[name]
  const quota = assumed && (detail.quota ?? assumed)
  const limited = quota
    ? `${text} for ${detail.model} on ${LIMIT_WORDS[quota.limit] ?? quota.limit}: Limit ${quota.value}.`
    : text
  const wait = detail.retryAfterMs === undefined ? {} : retryAfterHeaders(detail.retryAfterMs / timeScale, timeScale)
  return {
    status,
    headers: wait,
    body: { error: { message: detail.message ?? limited, type, param: null, code } },
  }
}
