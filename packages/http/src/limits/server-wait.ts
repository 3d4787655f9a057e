import { readErrorBody, type ErrorBody } from '../classify/error-body.ts'
import { parseDurationMs } from './parse-duration.ts'
import { readRateLimits, type RateLimitLevel } from './rate-limit-headers.ts'
import { decimal, httpDate, LONGEST_SERVER_WAIT_MS, serverNow, type HeadersLike } from './server-clock.ts'
import { waitInText } from './wait-in-text.ts'

/**
 * How long the server asks to wait, in milliseconds, from wherever it says so. In this order: `retry-after-ms`,
 * `x-ms-retry-after-ms`, `retry-after` (seconds or an HTTP date), `google.rpc.RetryInfo` in the body, "retry in 1h2m3s"
 * in its message, the reset of what has nothing remaining, as {@link readRateLimits} reads it from the headers and from
 * those that OpenRouter puts into the body.
 *
 * ```ts
 * import { serverWaitMs } from '@spillway/http'
 * console.log(serverWaitMs(new Headers({ 'retry-after': '1.5' }))) // => 1500
 * ```
 *
 * @param headers of the answer; `undefined` where there are none
 * @param body of the answer: text, parsed JSON, or what `readErrorBody` made of it
 * @param wallTimeMs the time now, for a date without a `date` header beside it: milliseconds since 1970
 * @returns above 0 and at most a day; `undefined` where the server says nothing, or nothing that makes sense
 */
export const serverWaitMs = (
  headers: HeadersLike | undefined,
  body?: unknown,
  wallTimeMs?: number,
): number | undefined => {
  const header = (name: string): string | undefined => headers?.get(name)?.trim() || undefined
  const error = body === undefined ? undefined : isErrorBody(body) ? body : readErrorBody(body)
  const now = serverNow(headers, wallTimeMs)
  return (
    sane(decimal(header('retry-after-ms'))) ??
    sane(decimal(header('x-ms-retry-after-ms'))) ??
    sane(seconds(header('retry-after'))) ??
    sane(until(httpDate(header('retry-after')), now)) ??
    sane(error?.retryDelay === undefined ? undefined : parseDurationMs(error.retryDelay)) ??
    sane(error === undefined ? undefined : waitInText(error.message, now)) ??
    sane(resetOfExhausted(headers, now)) ??
    sane(resetOfExhausted(error?.headers, now))
  )
}

/** A wait of 0 says nothing that a backoff does not know better. */
const sane = (ms: number | undefined): number | undefined =>
  ms === undefined || !(ms > 0) ? undefined : Math.min(ms, LONGEST_SERVER_WAIT_MS)

const seconds = (text: string | undefined): number | undefined => {
  const value = decimal(text)
  return value === undefined ? undefined : value * 1000
}

const until = (instant: number | undefined, now: number | undefined): number | undefined =>
  instant === undefined || now === undefined ? undefined : instant - now

const resetOfExhausted = (headers: HeadersLike | undefined, now: number | undefined): number | undefined => {
  if (headers === undefined) return undefined
  const levels: RateLimitLevel[] = Object.values(readRateLimits(headers, now))
  const waits = levels.flatMap(({ remaining, resetMs }) => (remaining === 0 && resetMs !== undefined ? [resetMs] : []))
  return waits.length === 0 ? undefined : Math.max(...waits)
}

const isErrorBody = (body: unknown): body is ErrorBody =>
  typeof body === 'object' && body !== null && 'reasons' in body && 'quotas' in body
