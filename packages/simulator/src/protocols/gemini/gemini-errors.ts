import type { ErrorName } from '../error-name.ts'
import { asGoDuration, asProtoDuration } from '../hints.ts'
import type { ErrorAnswer, ErrorDetail } from '../reply.ts'

type Row = readonly [code: number, status: string, message: string]

const QUOTA_TEXT =
  'You exceeded your current quota, please check your plan and billing details. For more information on this error, ' +
  'head to: https://ai.google.dev/gemini-api/docs/rate-limits.'

/** The generateContent family, gRPC style. */
const ERRORS: Readonly<Record<ErrorName, Row>> = {
  overloaded: [503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.'],
  capacityExhausted: [503, 'UNAVAILABLE', 'No capacity available for this model on the server.'],
  slowDown: [429, 'RESOURCE_EXHAUSTED', 'Resource has been exhausted (e.g. check quota).'],
  internal: [500, 'INTERNAL', 'An internal error has occurred. Please retry or report in the developer forum.'],
  deadlineExceeded: [504, 'DEADLINE_EXCEEDED', 'Deadline expired before operation could complete.'],
  rateLimited: [429, 'RESOURCE_EXHAUSTED', QUOTA_TEXT],
  dailyQuota: [429, 'RESOURCE_EXHAUSTED', QUOTA_TEXT],
  zeroQuota: [429, 'RESOURCE_EXHAUSTED', QUOTA_TEXT],
  insufficientQuota: [429, 'RESOURCE_EXHAUSTED', 'Your project has exceeded its monthly spending cap.'],
  creditExhausted: [429, 'RESOURCE_EXHAUSTED', 'Your prepayment credits are depleted. Please manage your billing.'],
  paymentRequired: [402, 'RESOURCE_EXHAUSTED', 'Your prepaid balance is empty.'],
  unauthenticated: [401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.'],
  missingKey: [
    403,
    'PERMISSION_DENIED',
    "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
  ],
  invalidKey: [400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.'],
  permissionDenied: [403, 'PERMISSION_DENIED', 'The caller does not have permission'],
  notFound: [404, 'NOT_FOUND', 'The requested entity was not found.'],
  invalidRequest: [400, 'INVALID_ARGUMENT', 'Request contains an invalid argument.'],
  contextTooLong: [400, 'INVALID_ARGUMENT', 'The input token count exceeds the maximum number of tokens allowed.'],
  bodyTooLarge: [413, 'INVALID_ARGUMENT', 'Request payload size exceeds the limit.'],
}

/** Metric and id of each limit. */
const QUOTAS: Readonly<Record<string, readonly [metric: string, id: string]>> = {
  requestsPerMinute: ['free_tier_requests', 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier'],
  tokensPerMinute: ['free_tier_input_token_count', 'GenerateContentInputTokensPerModelPerMinute-FreeTier'],
  requestsPerDay: ['free_tier_requests', 'GenerateRequestsPerDayPerProjectPerModel-FreeTier'],
  imagesPerDay: ['free_tier_images', 'GenerateImagesPerDayPerProjectPerModel-FreeTier'],
}

const ASSUMED_QUOTA: Partial<Record<ErrorName, { limit: string; value: number }>> = {
  rateLimited: { limit: 'requestsPerMinute', value: 10 },
  dailyQuota: { limit: 'requestsPerDay', value: 100 },
  zeroQuota: { limit: 'requestsPerDay', value: 0 },
}

const RPC = 'type.googleapis.com/google.rpc.'

/** Renders an error as the Gemini API does. The wait is told in the body alone: the API promises no header. */
export function geminiError(
  name: ErrorName,
  timeScale: number,
  detail: ErrorDetail & { readonly model: string },
): ErrorAnswer {
  const [code, status, text] = ERRORS[name]
  const waitMs = detail.retryAfterMs === undefined ? undefined : detail.retryAfterMs / timeScale
  const quota = detail.quota ?? ASSUMED_QUOTA[name]
  const details: object[] = []
  let message = detail.message ?? text

  if (quota !== undefined && name in ASSUMED_QUOTA) {
    const [metricEnd, quotaId] = QUOTAS[quota.limit] ?? [quota.limit, quota.limit]
    const quotaMetric = `generativelanguage.googleapis.com/generate_content_${metricEnd}`
    message += ` \n* Quota exceeded for metric: ${quotaMetric}, limit: ${quota.value}, model: ${detail.model}`
    if (waitMs !== undefined) message += `\nPlease retry in ${asGoDuration(waitMs)}.`
    const quotaDimensions = { location: 'global', model: detail.model }
    const violation = { quotaMetric, quotaId, quotaDimensions, quotaValue: String(quota.value) }
    const url = 'https://ai.google.dev/gemini-api/docs/rate-limits'
    details.push({ '@type': `${RPC}Help`, links: [{ description: 'Learn more about Gemini API quotas', url }] })
    details.push({ '@type': `${RPC}QuotaFailure`, violations: [violation] })
  }
  if (name === 'invalidKey') details.push(errorInfo('API_KEY_INVALID', 'googleapis.com', {}))
  if (name === 'capacityExhausted') {
    details.push(errorInfo('MODEL_CAPACITY_EXHAUSTED', 'cloudcode-pa.googleapis.com', { model: detail.model }))
  }
  if (waitMs !== undefined) details.push({ '@type': `${RPC}RetryInfo`, retryDelay: asProtoDuration(waitMs) })

  const error = { code, message, status, ...(details.length > 0 && { details }) }
  return { status: code, headers: {}, body: { error } }
}

function errorInfo(reason: string, domain: string, metadata: object): object {
  return { '@type': `${RPC}ErrorInfo`, reason, domain, metadata }
}
