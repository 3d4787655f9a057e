import { isSpillwayError, type SpillwayError } from '@spillway/core'
import { refusalBehind } from '@spillway/http'

const DEEPEST_CAUSE = 5

/**
 * Spillway's own error behind what the client threw. The client makes an error of its own class out of everything: an
 * open circuit becomes its `InternalServerError`, a rate limit its `RateLimitError`, a broken stream its
 * `APIConnectionError`.
 *
 * ```ts no-run
 * import type OpenAI from 'openai'
 * import { refusalOf } from '@spillway/openai'
 *
 * declare const client: OpenAI
 * try {
 *   await client.models.list()
 * } catch (error) {
 *   const refusal = refusalOf(error)
 *   if (refusal === undefined) throw error
 *   console.log(refusal.code, refusal.retryAfterMs)
 * }
 * ```
 *
 * @returns `undefined` where the error is the provider's, the network's or the caller's
 */
export const refusalOf = (error: unknown): SpillwayError | undefined => {
  let at = error
  for (let depth = 0; depth < DEEPEST_CAUSE && typeof at === 'object' && at !== null; depth++) {
    if (isSpillwayError(at)) return at
    const { headers, cause } = at as { headers?: unknown; cause?: unknown }
    const refusal = refusalBehind(headers)
    if (refusal !== undefined) return refusal
    at = cause
  }
  return undefined
}
