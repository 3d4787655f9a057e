import type { Verdict, VerdictKind, VerdictScope } from '@spillway/core'
import { readErrorBody, type ErrorBody } from './error-body.ts'
import { serverWaitMs, type HeadersLike } from '../limits/server-wait.ts'

/** An answer that is no success. */
export interface Reply {
  /** HTTP status; 200 for an error inside an answer that began well. */
  readonly status: number
  readonly headers?: HeadersLike | undefined
  /** Text of the body, or its parsed JSON. */
  readonly body?: unknown
  /** The time now, in milliseconds since 1970: for waits given as a date. */
  readonly wallTimeMs?: number
}

/** What an answer that is no success amounts to. */
export interface ReplyJudgement {
  readonly verdict: Verdict
  /** The provider's words, one line, without what looks like a key; empty where they may quote the request. */
  readonly message: string
}

type Blame = readonly [kind: VerdictKind, scope?: VerdictScope]

/** Spent credit and limits that no wait within a call outlasts. */
const QUOTA_CODES = new Set([
  'insufficient_quota',
  'credit_balance_exhausted',
  'organization_spend_limit_exceeded',
  'project_spend_limit_exceeded',
  'organization_usage_limit_exceeded',
  'billing_hard_limit_reached',
  'billing_not_active',
  'enforced_spend_limit_reached',
  'budget_exceeded',
  'payment_required',
  'quota_exceeded',
])

const OVERLOAD_CODES = new Set([
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
  'model_capacity_exhausted',
  'model_capacity_exceeded',
  'modelnotreadyexception',
])

const THROTTLE_CODES = new Set([
  'rate_limit_exceeded',
  'rate_limit_error',
  'too_many_requests',
  'throttlingexception',
  'resource_exhausted',
])

const REQUEST_CODES = new Set([
  'invalid_request_error',
  'invalid_request',
  'invalid_argument',
  'invalid_prompt',
  'context_length_exceeded',
  'content_filter',
  'content_policy_violation',
  'image_content_policy_violation',
  'moderation_blocked',
  'bio_policy',
  'misalignment_policy_violation',
])

const KEY_CODES = new Set([
  'api_key_invalid',
  'invalid_api_key',
  'authentication_error',
  'unauthenticated',
  'permission_denied',
  'permission_error',
])

/** What a status means when no code says more. Statuses that are not here go by their hundred. */
const STATUS: Readonly<Record<number, Blame>> = {
  401: ['endpoint_failed', 'key'],
  403: ['endpoint_failed', 'key'],
  404: ['endpoint_failed', 'model'],
  405: ['endpoint_failed', 'endpoint'],
  408: ['transient', 'endpoint'],
  409: ['transient', 'request'],
  410: ['endpoint_failed', 'model'],
  425: ['transient', 'endpoint'],
  429: ['throttled', 'project'],
  498: ['overloaded', 'model'],
  499: ['transient', 'request'],
  501: ['endpoint_failed', 'endpoint'],
  503: ['overloaded', 'model'],
  529: ['overloaded', 'model'],
}

/**
 * Judges an answer that is no success, in the dialect of Gemini, OpenAI, Azure, OpenRouter, vLLM, Ollama or Anthropic. A
 * code decides before a status, a status before anything else; a message only where providers put nothing anywhere else.
 *
 * ```ts
 * import { classifyReply } from '@spillway/http'
 * const { verdict } = classifyReply({ status: 429, body: { error: { code: 'insufficient_quota', message: '' } } })
 * console.log(verdict.kind) // => quota_exhausted
 * ```
 */
export const classifyReply = (reply: Reply): ReplyJudgement => {
  const error = readErrorBody(reply.body)
  // Inside an answer that began with 200 the body's own status is the only one there is.
  const status = reply.status >= 300 ? reply.status : (error.httpStatus ?? reply.status)
  const retryAfterMs = serverWaitMs(reply.headers, error, reply.wallTimeMs)
  const [kind, scope] = blame(status, error, retryAfterMs)
  const code = codeOf(status, error)
  const verdict: Verdict = {
    kind,
    sent: true,
    billed: isUnbilled(kind, reply.status, error) ? 'no' : 'unknown',
    status: reply.status,
    ...(scope === undefined ? {} : { scope }),
    ...(code === undefined ? {} : { code }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  }
  return { verdict, message: quotable(kind) ? oneLine(error.message) : '' }
}

const blame = (status: number, error: ErrorBody, retryAfterMs: number | undefined): Blame => {
  const codes = [error.code, error.type, error.status, ...error.reasons].flatMap((code) => code?.toLowerCase() ?? [])
  const says = (known: ReadonlySet<string>): boolean => codes.some((code) => known.has(code))
  if (status >= 300 && status < 400) return ['endpoint_failed', 'endpoint']
  if (status === 402) return retryAfterMs === undefined ? ['quota_exhausted', 'project'] : ['throttled', 'project']
  if (says(QUOTA_CODES) || isDailyQuota(error)) return ['quota_exhausted', 'project']
  if (says(OVERLOAD_CODES)) return ['overloaded', 'model']
  if (status === 400 && says(KEY_CODES)) return ['endpoint_failed', 'key']
  // Gemini: the free tier is not available here, or billing is off. Another project may do.
  if (status === 400 && error.status === 'FAILED_PRECONDITION') return ['endpoint_failed', 'project']
  const known = STATUS[status]
  if (known !== undefined) return known
  if (status >= 500) return ['transient', 'endpoint']
  if (status >= 400) return ['request_failed', 'request']
  if (says(THROTTLE_CODES)) return ['throttled', 'project']
  if (says(KEY_CODES)) return ['endpoint_failed', 'key']
  if (says(REQUEST_CODES)) return ['request_failed', 'request']
  return ['transient', 'endpoint']
}

/** Gemini's limits a day, and a tier that has none of this model. The message is asked last: old answers have no details. */
const isDailyQuota = (error: ErrorBody): boolean =>
  error.quotas.some(({ id, value }) => /PerDay|Daily/i.test(id) || value === '0') || /\blimit: 0\b/.test(error.message)

const codeOf = (status: number, error: ErrorBody): string | undefined => {
  if (status >= 300 && status < 400) return 'redirect'
  return clean(error.reasons[0] ?? error.code ?? error.status ?? error.type)
}

/** Codes go into events and metrics: words only. */
const clean = (code: string | undefined): string | undefined =>
  code !== undefined && /^[\w.:-]{1,100}$/.test(code) ? code : undefined

/**
 * Providers charge for nothing they refuse, nor, as Gemini's documentation says, for a 500 of their own; whether they charge
 * for what broke on the way, so that somebody in between answers, is not known.
 */
const isUnbilled = (kind: VerdictKind, status: number, { code, type, status: name }: ErrorBody): boolean => {
  if (status < 300) return false
  if (status < 500 || status === 503 || status === 529 || kind === 'overloaded') return true
  return status === 500 && (code ?? type ?? name) !== undefined
}

/** A message about the request may quote it, and one about the key may quote that. */
const quotable = (kind: VerdictKind): boolean =>
  kind === 'overloaded' || kind === 'throttled' || kind === 'quota_exhausted' || kind === 'transient'

const KEY_LIKE = /\b(?:sk-|pk-|AIza|ya29\.|Bearer\s+|key[=:]\s*)[\w.~+/-]{4,}/gi

const oneLine = (message: string): string => {
  const text = message
    .slice(0, 1000)
    .replaceAll(KEY_LIKE, '[key]')
    // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
    .replaceAll(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim()
  if (text.startsWith('<')) return ''
  return text.length > 200 ? `${text.slice(0, 199)}…` : text
}
