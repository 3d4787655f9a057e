import { errorFault } from './error-fault.ts'
import type { FaultKind } from './fault.ts'

/** Error answers in the provider's own words; their bodies stand in each protocol's error table. */
export const errorFaults: Record<
  | 'overloaded'
  | 'capacityExhausted'
  | 'slowDown'
  | 'internal'
  | 'deadlineExceeded'
  | 'rateLimited'
  | 'dailyQuota'
  | 'zeroQuota'
  | 'insufficientQuota'
  | 'creditExhausted'
  | 'paymentRequired'
  | 'unauthenticated'
  | 'invalidKey'
  | 'permissionDenied'
  | 'notFound'
  | 'invalidRequest'
  | 'contextTooLong',
  FaultKind
> = {
  overloaded: errorFault('overloaded', 503, 'the provider is out of capacity'),
  capacityExhausted: errorFault('capacityExhausted', 503, 'this model has no capacity (`MODEL_CAPACITY_EXHAUSTED`)'),
  slowDown: errorFault('slowDown', 429, 'the pace grew too quickly (`slow_down`); a bare RESOURCE_EXHAUSTED on Gemini'),
  internal: errorFault('internal', 500, 'something broke at the provider'),
  deadlineExceeded: errorFault('deadlineExceeded', 504, 'the provider gave up on its own'),
  rateLimited: errorFault('rateLimited', 429, 'more requests or tokens than the key may send in a minute'),
  dailyQuota: errorFault('dailyQuota', 429, 'nothing left until the day ends'),
  zeroQuota: errorFault('zeroQuota', 429, 'no quota for this model at all (`limit: 0`)'),
  insufficientQuota: errorFault('insufficientQuota', 429, 'the plan is used up (`insufficient_quota`)'),
  creditExhausted: errorFault('creditExhausted', 429, 'the prepaid credit is spent (`credit_balance_exhausted`)'),
  paymentRequired: errorFault('paymentRequired', 402, 'nothing is served before somebody pays'),
  unauthenticated: errorFault('unauthenticated', 401, 'the credentials are not known'),
  invalidKey: errorFault('invalidKey', 400, 'the key is not valid (Gemini says so with 400, OpenAI with 401)'),
  permissionDenied: errorFault('permissionDenied', 403, 'the key may not use this'),
  notFound: errorFault('notFound', 404, 'no such model'),
  invalidRequest: errorFault('invalidRequest', 400, 'the request makes no sense to the provider'),
  contextTooLong: errorFault('contextTooLong', 400, 'more input tokens than the model takes'),
}
