import type { SpillwayError, VerdictKind } from '@spillway/core'
import { refusalStatus } from '../../response/refusal-response.ts'
import { spillwayErrorBehind } from '../../response/spillway-error-behind.ts'
import type { HeadersLike } from '../../limits/server-clock.ts'
import { serverWaitMs } from '../../limits/server-wait.ts'
import { ClientDisconnectedError } from '../scope/client-disconnected-error.ts'
import { QUOTA_EXCEEDED, TEMPORARY_REDUCED_CAPACITY, type Problem } from './problem.ts'

/** When nobody knows how long to wait: 2 s, as a retry of ours waits after an overload. */
const UNKNOWN_WAIT_MS = 2000

/**
 * What an error that reached the end of a handler means for the caller of the service: refusals, passed limits, and what
 * is left of a provider's failure when retries and failover have run out. Official clients' errors that carry one of ours
 * are looked through.
 *
 * @returns `undefined` for errors of any other kind: they are the host's
 */
export const problemOf = (error: unknown): Problem | undefined => {
  const ours = spillwayErrorBehind(error)
  if (ours !== undefined) return problemOfOurs(ours)
  return isUpstreamError(error) ? problemOfStatus(passedOn(error.status), serverWaitMs(error.headers)) : undefined
}

/** What is left of a provider's failure. What concerns the request itself is the handler's to explain. */
const STATUS_OF: Readonly<Partial<Record<VerdictKind, number>>> = {
  overloaded: 503,
  quota_exhausted: 503,
  throttled: 503,
  transient: 502,
  endpoint_failed: 502,
  empty: 502,
}

const problemOfOurs = (error: SpillwayError): Problem | undefined => {
  if (error instanceof ClientDisconnectedError) return { status: 499 }
  const { verdict, retryAfterMs = verdict.retryAfterMs } = error
  const status = refusalStatus(error) ?? (verdict.code === 'timeout' ? 504 : STATUS_OF[verdict.kind])
  return status === undefined ? undefined : problemOfStatus(status, retryAfterMs)
}

/** What a provider answered to us, as it concerns who asked us. A key of ours that it refuses is none of theirs. */
const problemOfStatus = (status: number, retryAfterMs: number | undefined): Problem | undefined => {
  if (status === 429) return { status, type: QUOTA_EXCEEDED, retryAfterMs: retryAfterMs ?? UNKNOWN_WAIT_MS }
  if (status === 503 || status === 529)
    return { status: 503, type: TEMPORARY_REDUCED_CAPACITY, retryAfterMs: retryAfterMs ?? UNKNOWN_WAIT_MS }
  if (status === 504 || status === 408) return { status: 504, retryAfterMs }
  if (status === 401 || status === 403 || status === 404 || status >= 500) return { status: 502, retryAfterMs }
  return undefined
}

/** A pace that a provider sets us is not the caller's own: whoever slows down for it would do so for nothing. */
const passedOn = (status: number): number => (status === 429 ? 503 : status)

interface UpstreamError {
  readonly status: number
  readonly headers: HeadersLike | undefined
}

/** An error of an official client: a status, and the provider's headers. What frameworks throw has a `statusCode` too. */
const isUpstreamError = (error: unknown): error is UpstreamError => {
  if (!(error instanceof Error) || 'statusCode' in error || 'expose' in error) return false
  const { status, headers } = error as { status?: unknown; headers?: Partial<HeadersLike> }
  return typeof status === 'number' && (typeof headers?.get === 'function' || error.name === 'ApiError')
}
