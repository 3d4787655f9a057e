import { parseDurationMs } from './parse-duration.ts'
import type { HeadersLike } from './server-wait.ts'

/** One limit as the provider reports it. */
export interface RateLimitLevel {
  readonly limit?: number
  readonly remaining?: number
  /** Milliseconds until the limit is whole again. */
  readonly resetMs?: number
}

/** What is left of the provider's limits. */
export interface RateLimits {
  readonly requests?: RateLimitLevel
  readonly tokens?: RateLimitLevel
}

/**
 * Reads `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`. Resets are Go durations (`6m0s`, `20ms`) or seconds.
 * What is missing or makes no sense is left out.
 *
 * ```ts
 * import { readRateLimits } from '@spillway/http'
 * const headers = new Headers({ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '1m30s' })
 * console.log(readRateLimits(headers).requests?.resetMs) // => 90000
 * ```
 */
export const readRateLimits = (headers: HeadersLike): RateLimits => {
  const requests = level(headers, 'requests')
  const tokens = level(headers, 'tokens')
  return { ...(requests === undefined ? {} : { requests }), ...(tokens === undefined ? {} : { tokens }) }
}

const level = (headers: HeadersLike, unit: string): RateLimitLevel | undefined => {
  const limit = count(headers.get(`x-ratelimit-limit-${unit}`))
  const remaining = count(headers.get(`x-ratelimit-remaining-${unit}`))
  const reset = headers.get(`x-ratelimit-reset-${unit}`) ?? ''
  const plain = /^\d{1,9}(?:\.\d{1,9})?$/.test(reset) ? Number(reset) * 1000 : undefined
  const resetMs = plain ?? parseDurationMs(reset)
  if (limit === undefined && remaining === undefined && resetMs === undefined) return undefined
  return {
    ...(limit === undefined ? {} : { limit }),
    ...(remaining === undefined ? {} : { remaining }),
    ...(resetMs === undefined ? {} : { resetMs }),
  }
}

const count = (text: string | null | undefined): number | undefined =>
  text !== null && text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
