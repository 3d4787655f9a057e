import { asGoDuration } from '../hints.ts'
import type { ReplyContext } from '../protocol.ts'

/** What every answer carries: the request's id, and what is left of the limits, in the client's time. */
export function openaiHeaders({ requestId, quota, timeScale }: ReplyContext): Record<string, string> {
  const headers: Record<string, string> = { 'x-request-id': `req_${requestId}` }
  for (const unit of ['requests', 'tokens'] as const) {
    const level = quota[unit]
    if (level === undefined) continue
    headers[`x-ratelimit-limit-${unit}`] = String(level.limit)
    headers[`x-ratelimit-remaining-${unit}`] = String(level.remaining)
    headers[`x-ratelimit-reset-${unit}`] = asGoDuration(level.resetMs / timeScale)
  }
  return headers
}
