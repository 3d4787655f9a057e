// The codes by which providers, gateways and servers name their errors, in small letters. A code decides before a status.

/** Spent credit and limits that no wait within a call outlasts. */
export const QUOTA_CODES: ReadonlySet<string> = new Set([
  'insufficient_quota',
  'credit_balance_exhausted',
  'organization_spend_limit_exceeded',
  'project_spend_limit_exceeded',
  'organization_usage_limit_exceeded',
  'billing_hard_limit_reached',
  'billing_not_active',
  'billing_error',
  'enforced_spend_limit_reached',
  'budget_exceeded',
  'payment_required',
  'quota_exceeded',
  'openrouter_free_tier_daily',
  'insufficient_user_quota',
  'pre_consume_token_quota_failed',
  'servicequotaexceededexception',
])

/** The provider has no capacity for the model now. */
export const OVERLOAD_CODES: ReadonlySet<string> = new Set([
  'server_is_overloaded',
  'server_overloaded',
  'slow_down',
  'engine_overloaded',
  'overloaded_error',
  'provider_overloaded',
  'unavailable',
  'service_unavailable',
  'service_unavailable_error',
  'serviceunavailable',
  'serviceunavailableerror',
  'serviceunavailableexception',
  'model_capacity_exhausted',
  'model_capacity_exceeded',
  'modelnotreadyexception',
  'capacity_exceeded',
])

/** Our pace is too high. */
export const THROTTLE_CODES: ReadonlySet<string> = new Set([
  'rate_limit_exceeded',
  'rate_limit_error',
  'ratelimiterror',
  'too_many_requests',
  'throttling_error',
  'throttlingexception',
  'resource_exhausted',
])

/** The endpoint is well, and does not serve this model. */
export const MODEL_CODES: ReadonlySet<string> = new Set(['model_not_found', 'deploymentnotfound'])

/** The key is not good for this. */
export const KEY_CODES: ReadonlySet<string> = new Set([
  'api_key_invalid',
  'invalid_api_key',
  'authentication_error',
  'unauthenticated',
  'permission_denied',
  'permission_error',
])

/** This request can succeed nowhere, whatever the status beside it. */
export const REQUEST_CODES: ReadonlySet<string> = new Set([
  'invalid_prompt',
  'context_length_exceeded',
  'contextwindowexceedederror',
  'content_filter',
  'content_policy_violation',
  'contentpolicyviolationerror',
  'image_content_policy_violation',
  'moderation_blocked',
  'bio_policy',
  'misalignment_policy_violation',
])

/** The same, but said of so much that a status knows better. */
export const VAGUE_REQUEST_CODES: ReadonlySet<string> = new Set([
  'invalid_request_error',
  'invalid_request',
  'invalid_argument',
])
