import type { Verdict } from './verdict.ts'

/** What every error of Spillway has. Some extend an error of cockatiel, so that this is a shape and not a class. */
export interface SpillwayError extends Error {
  /** Marks our errors across realms and duplicate copies of the package, where `instanceof` does not reach. */
  readonly isSpillwayError: true
  /** Stable, for programs: `ERR_SPILLWAY_CIRCUIT_OPEN`. */
  readonly code: string
  /** How the pipeline judges it. */
  readonly verdict: Verdict
  /** Milliseconds after which it may work, where that is known. */
  readonly retryAfterMs?: number
}

/**
 * Whether `error` is one of Spillway's own, from whichever copy of the package.
 *
 * ```ts
 * import { isSpillwayError } from '@spillway/core'
 * console.log(isSpillwayError(new Error('boom'))) // => false
 * ```
 */
export const isSpillwayError = (error: unknown): error is SpillwayError => {
  if (typeof error !== 'object' || error === null) return false
  const { isSpillwayError: marked, verdict } = error as Partial<SpillwayError>
  return marked === true && typeof verdict?.kind === 'string'
}

/** Whether Spillway refused the call before the provider was asked. */
export const isRejectedError = (error: unknown): error is RejectedError =>
  isSpillwayError(error) && error.verdict.kind === 'rejected'

/** A refusal: an open circuit, a full bulkhead, no permit in time. The provider was not asked. */
export interface RejectedError extends SpillwayError {
  readonly verdict: Verdict & { readonly kind: 'rejected' }
}

/** The verdict of a refusal. */
export const rejected = (retryAfterMs?: number, scope?: Verdict['scope']): Verdict & { readonly kind: 'rejected' } => {
  // Refusals come in great numbers: spreading what may be absent costs ten times as much.
  const verdict: { -readonly [K in keyof Verdict]: Verdict[K] } & { readonly kind: 'rejected' } = {
    kind: 'rejected',
    sent: false,
    billed: 'no',
  }
  if (retryAfterMs !== undefined) verdict.retryAfterMs = retryAfterMs
  if (scope !== undefined) verdict.scope = scope
  return verdict
}
