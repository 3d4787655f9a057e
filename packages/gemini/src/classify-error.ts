import type { Verdict } from '@spillway/core'
import { classifyReply, type ErrorBody, readErrorBody, type Reply, type ReplyJudgement } from '@spillway/http'
import { untilPacificMidnight } from './quota-reset.ts'

/** Interactions say with a word, inside a stream of status 200, what the rest of the API says with a status. */
const STATUS_OF_WORD: Readonly<Record<string, number>> = {
  invalid_request: 400,
  parameter_unknown: 400,
  failed_precondition: 400,
  authentication: 401,
  payment_required: 402,
  permission_denied: 403,
  not_found: 404,
  model_not_found: 404,
  rate_limit_exceeded: 429,
  quota_exceeded: 429,
  too_many_requests: 429,
  cancelled: 499,
  api_error: 500,
  service_unavailable: 503,
  deadline_exceeded: 504,
}

/**
 * What an error reply of the Gemini API amounts to: what is common to all dialects, and what only Gemini means.
 *
 * Texts are read only where the API sends no code: spent credit, and keys and places that it refuses with a bare 400.
 *
 * @param reply status 200 for an error inside a stream; `wallTimeMs` for quotas that come back at midnight
 */
export const classifyGeminiReply = (reply: Reply): ReplyJudgement => {
  const error = readErrorBody(withoutPrefix(reply.body))
  const status = reply.status < 300 ? (STATUS_OF_WORD[error.code ?? ''] ?? reply.status) : reply.status
  const judgement = classifyReply({ ...reply, status, body: withoutPrefix(reply.body) })
  const { verdict, message } = judgement
  const refined = refine(verdict, error, reply.wallTimeMs)
  return refined === undefined ? judgement : { verdict: { ...verdict, ...refined }, message }
}

/** The client puts `got status: UNAVAILABLE. ` before the body of an error inside a stream. */
const withoutPrefix = (body: unknown): unknown =>
  typeof body === 'string' ? body.replace(/^(?:got status: \w*\. )(?=[[{])/, '') : body

const refine = (verdict: Verdict, error: ErrorBody, wallTimeMs: number | undefined): Partial<Verdict> | undefined => {
  const status = verdict.status === 200 ? error.httpStatus : verdict.status
  if (status === 400) return badRequest(error)
  if (status !== 429) return undefined
  // No quota for this model in this tier, today or ever; other models may go on.
  if (isZero(error)) return { kind: 'endpoint_failed', scope: 'model' }
  if (verdict.kind === 'quota_exhausted')
    return verdict.retryAfterMs === undefined && wallTimeMs !== undefined && isDaily(error)
      ? { retryAfterMs: untilPacificMidnight(wallTimeMs) }
      : undefined
  if (verdict.kind !== 'throttled') return undefined
  if (SPENT.test(error.message)) return { kind: 'quota_exhausted', scope: 'project' }
  // "Resource has been exhausted" without a quota of ours that it names: the capacity that all customers share.
  const names = error.quotas.length > 0 || error.retryDelay !== undefined || error.code !== undefined
  return names || error.status === undefined ? undefined : { kind: 'overloaded', scope: 'model' }
}

const badRequest = ({ message }: ErrorBody): Partial<Verdict> | undefined => {
  if (/^API key (not valid|expired)/.test(message)) return { kind: 'endpoint_failed', scope: 'key' }
  return /location is not supported/.test(message) ? { kind: 'endpoint_failed', scope: 'endpoint' } : undefined
}

const isZero = ({ quotas, message }: ErrorBody): boolean =>
  quotas.some(({ value }) => value === '0') || /\blimit: 0\b/.test(message)

const isDaily = ({ quotas }: ErrorBody): boolean => quotas.some(({ id }) => /PerDay|Daily/i.test(id))

const SPENT = /spending cap|prepay(?:ment|aid)|credits are depleted/i
