import { isSpillwayError, type SpillwayError } from '@spillway/core'
import { refusalBehind } from './refusal-response.ts'

/** Clients wrap what `fetch` throws, and frameworks wrap what clients throw. */
const DEEPEST_CAUSE = 5

/**
 * The error of Spillway that an error is, carries in its headers or has as a cause: what is behind an error that an official
 * client or a handler has made of it.
 *
 * ```ts
 * import { CircuitOpenError } from '@spillway/core'
 * import { spillwayErrorBehind } from '@spillway/http'
 *
 * const open = new CircuitOpenError('breaker', 'relay', 4000)
 * console.log(spillwayErrorBehind(new Error('no answer', { cause: open }))?.retryAfterMs) // => 4000
 * ```
 *
 * @returns `undefined` where the error is the provider's, the network's or the caller's
 */
export const spillwayErrorBehind = (error: unknown): SpillwayError | undefined => {
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
