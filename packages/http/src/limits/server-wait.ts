import { readErrorBody, type ErrorBody } from '../classify/error-body.ts'
import { parseDurationMs } from './parse-duration.ts'
import { readRateLimits } from './rate-limit-headers.ts'

/** What of `Headers` is read here: openai, genai and Node each have a class of their own. */
export interface HeadersLike {
  get(name: string): string | null | undefined
}

/** A longer wait is nonsense or an attack: a day later the endpoint is asked again. */
export const LONGEST_SERVER_WAIT_MS = 86_400_000

/**
 * How long the server asks to wait, in milliseconds, from wherever it says so. In this order: `retry-after-ms`,
 * `x-ms-retry-after-ms`, `retry-after` (seconds or an HTTP date), `google.rpc.RetryInfo` in the body, "retry in 1h2m3s"
 * in its message, `x-ratelimit-reset-*` of what has nothing remaining.
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
  return (
    sane(decimal(header('retry-after-ms'))) ??
    sane(decimal(header('x-ms-retry-after-ms'))) ??
    sane(seconds(header('retry-after'))) ??
    sane(untilDate(header('retry-after'), header('date'), wallTimeMs)) ??
    sane(error?.retryDelay === undefined ? undefined : parseDurationMs(error.retryDelay)) ??
    sane(error === undefined ? undefined : waitInText(error.message)) ??
    sane(headers === undefined ? undefined : resetOfExhausted(headers))
  )
}

/** A wait of 0 says nothing that a backoff does not know better. */
const sane = (ms: number | undefined): number | undefined =>
  ms === undefined || !(ms > 0) ? undefined : Math.min(ms, LONGEST_SERVER_WAIT_MS)

const decimal = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}(?:\.\d{1,9})?$/.test(text) ? Number(text) : undefined

const seconds = (text: string | undefined): number | undefined => {
  const value = decimal(text)
  return value === undefined ? undefined : value * 1000
}

/** Only what HTTP calls a date: `Date.parse` takes "1, 2" for a day in 2001. */
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*, \d\d[ -][A-Z][a-z]{2}[ -]\d{2,4} \d\d:\d\d:\d\d GMT$/

/** By the server's own clock where it tells its time: ours may be wrong. */
const untilDate = (
  text: string | undefined,
  date: string | undefined,
  wallTimeMs: number | undefined,
): number | undefined => {
  if (text === undefined || !HTTP_DATE.test(text)) return undefined
  const now = date !== undefined && HTTP_DATE.test(date) ? Date.parse(date) : wallTimeMs
  return now === undefined ? undefined : Date.parse(text) - now
}

/** Gemini writes it into the message, also where the details are missing. */
const waitInText = (message: string): number | undefined => {
  const found = /\b(?:retry|try again) in (\d[\dhms.]{0,30}(?<!\.))/i.exec(message)
  return found?.[1] === undefined ? undefined : parseDurationMs(found[1])
}

const resetOfExhausted = (headers: HeadersLike): number | undefined => {
  const limits = readRateLimits(headers)
  const waits = [limits.requests, limits.tokens].flatMap((limit) =>
    limit?.remaining === 0 && limit.resetMs !== undefined ? [limit.resetMs] : [],
  )
  return waits.length === 0 ? undefined : Math.max(...waits)
}

const isErrorBody = (body: unknown): body is ErrorBody =>
  typeof body === 'object' && body !== null && 'reasons' in body && 'quotas' in body
