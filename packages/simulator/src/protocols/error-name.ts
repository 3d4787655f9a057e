/** The errors providers answer with, by what they mean. Each protocol has its own table of what they look like. */
export const ERROR_NAMES = [
  'overloaded',
  'capacityExhausted',
  'slowDown',
  'internal',
  'deadlineExceeded',
  'rateLimited',
  'dailyQuota',
  'zeroQuota',
  'insufficientQuota',
  'creditExhausted',
  'paymentRequired',
  'unauthenticated',
  'missingKey',
  'invalidKey',
  'permissionDenied',
  'notFound',
  'invalidRequest',
  'contextTooLong',
  'bodyTooLarge',
] as const

/** One of them. */
export type ErrorName = (typeof ERROR_NAMES)[number]
