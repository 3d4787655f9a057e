import type { SpillwayError } from '@spillway/core'
import { spillwayErrorBehind } from '@spillway/http'

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
export const refusalOf = (error: unknown): SpillwayError | undefined => spillwayErrorBehind(error)
