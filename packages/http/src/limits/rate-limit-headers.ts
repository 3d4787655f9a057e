import { parseDurationMs } from './parse-duration.ts'
import { decimal, LONGEST_SERVER_WAIT_MS, rfc3339, serverNow, type HeadersLike } from './server-clock.ts'
import { standardRateLimit } from './standard-rate-limit.ts'

/** One limit as the provider reports it. */
export interface RateLimitLevel {
  readonly limit?: number
  readonly remaining?: number
  /** Milliseconds until the limit is whole again: from 0 to a day. */
  readonly resetMs?: number
}

/** What is left of the provider's limits, by the units that quotas of `rateLimit` may name. */
export interface RateLimits {
  readonly requests?: RateLimitLevel
  /** Of both kinds together. */
  readonly tokens?: RateLimitLevel
  readonly inputTokens?: RateLimitLevel
  readonly outputTokens?: RateLimitLevel
}

type Part = 'limit' | 'remaining' | 'reset'

/** Whose headers are looked at for a unit, in this order. */
const NAMES: Readonly<Record<keyof RateLimits, readonly ((part: Part) => string)[]>> = {
  requests: [
    (part) => `x-ratelimit-${part}-requests`,
    (part) => `anthropic-ratelimit-requests-${part}`,
    (part) => `x-ratelimit-${part}`,
    (part) => `ratelimit-${part}`,
  ],
  tokens: [(part) => `x-ratelimit-${part}-tokens`, (part) => `anthropic-ratelimit-tokens-${part}`],
  inputTokens: [(part) => `anthropic-ratelimit-input-tokens-${part}`],
  outputTokens: [(part) => `anthropic-ratelimit-output-tokens-${part}`],
}

/**
 * Reads what is left of the provider's limits: `x-ratelimit-*-{requests,tokens}` (OpenAI, Azure, Groq),
 * `anthropic-ratelimit-*`, `x-ratelimit-*` without a unit (OpenRouter, GitHub), and the standard's `RateLimit`, `RateLimit-Policy` and
 * `RateLimit-*`. Resets are Go durations (`6m0s`, `20ms`), seconds, times of RFC 3339, or seconds or milliseconds since 1970.
 * What is missing or makes no sense is left out.
 *
 * ```ts
 * import { readRateLimits } from '@spillway/http'
 * const headers = new Headers({ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '1m30s' })
 * console.log(readRateLimits(headers).requests?.resetMs) // => 90000
 * ```
 *
 * @param wallTimeMs the time now, for resets that are a time without a `date` header beside it: milliseconds since 1970
 */
export const readRateLimits = (headers: HeadersLike, wallTimeMs?: number): RateLimits => {
  const now = serverNow(headers, wallTimeMs)
  const limits: Partial<Record<keyof RateLimits, RateLimitLevel>> = {}
  for (const unit of Object.keys(NAMES) as (keyof RateLimits)[]) {
    const level = NAMES[unit].reduce<RateLimitLevel | undefined>(
      (found, name) => found ?? readLevel((part) => headers.get(name(part))?.trim() || undefined, now),
      undefined,
    )
    if (level !== undefined) limits[unit] = level
  }
  const standard = limits.requests === undefined ? standardRateLimit(headers) : undefined
  return standard === undefined ? limits : { ...limits, requests: standard }
}

const readLevel = (header: (part: Part) => string | undefined, now: number | undefined): RateLimitLevel | undefined => {
  const limit = count(header('limit'))
  const remaining = count(header('remaining'))
  const resetMs = untilReset(header('reset'), now)
  if (limit === undefined && remaining === undefined && resetMs === undefined) return undefined
  return {
    ...(limit === undefined ? {} : { limit }),
    ...(remaining === undefined ? {} : { remaining }),
    ...(resetMs === undefined ? {} : { resetMs }),
  }
}

/** The standard lets policies follow a limit after a comma: `100, 100;w=60`. */
const count = (text: string | undefined): number | undefined => {
  const number = text?.split(',', 1)[0]
  return number !== undefined && /^\d{1,15}$/.test(number) ? Number(number) : undefined
}

/** A number as large as this is a time, not a length: seconds since 1970 from 2001 on, or milliseconds. */
const EPOCH_SECONDS = 1e9
const EPOCH_MS = 1e12

const untilReset = (text: string | undefined, now: number | undefined): number | undefined => {
  if (text === undefined) return undefined
  const number = decimal(text)
  const instant =
    number === undefined
      ? rfc3339(text)
      : number >= EPOCH_MS
        ? number
        : number >= EPOCH_SECONDS
          ? number * 1000
          : undefined
  if (instant !== undefined) return now === undefined ? undefined : sane(instant - now)
  return sane(number === undefined ? parseDurationMs(text) : number * 1000)
}

const sane = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : Math.min(Math.max(ms, 0), LONGEST_SERVER_WAIT_MS)
