import type { RateLimitLevel } from './rate-limit-headers.ts'
import { LONGEST_SERVER_WAIT_MS, type HeadersLike } from './server-clock.ts'

/** Longer than what a server with ten policies writes. */
const LONGEST_TEXT = 2000

type Numbers = ReadonlyMap<string, number>

/**
 * Reads `RateLimit` and `RateLimit-Policy` as the IETF's drafts for the standard write them: `"burst";r=0;t=5` since 2024,
 * `limit=100, remaining=0, reset=5` before. Of several limits the one that binds counts: with the least remaining, and of
 * those the one that takes longest.
 *
 * Source: draft-ietf-httpapi-ratelimit-headers
 */
export const standardRateLimit = (headers: HeadersLike): RateLimitLevel | undefined => {
  const text = headers.get('ratelimit')?.slice(0, LONGEST_TEXT) ?? ''
  if (text === '') return undefined
  const before = numbersOf(text)
  if (before.has('remaining')) return level(before.get('limit'), before.get('remaining'), before.get('reset'))
  const policies = new Map(items(headers.get('ratelimit-policy')?.slice(0, LONGEST_TEXT) ?? ''))
  const [binding] = items(text)
    .filter(([, limit]) => limit.has('r'))
    .toSorted(([, a], [, b]) => (a.get('r') ?? 0) - (b.get('r') ?? 0) || (b.get('t') ?? 0) - (a.get('t') ?? 0))
  if (binding === undefined) return undefined
  const [name, limit] = binding
  return level(policies.get(name)?.get('q'), limit.get('r'), limit.get('t'))
}

/** By name: `"burst";q=100;w=60, "daily";q=1000;w=86400`. */
const items = (text: string): [string, Numbers][] =>
  text.split(',').map((item) => {
    const [name = ''] = item.split(';', 1)
    return [name.trim(), numbersOf(item)]
  })

const numbersOf = (text: string): Numbers =>
  new Map(
    [...text.matchAll(/([a-z]{1,20})=(\d{1,15})(?=$|[\s,;])/g)].map(([, name = '', value]) => [name, Number(value)]),
  )

const level = (limit?: number, remaining?: number, seconds?: number): RateLimitLevel => ({
  ...(limit === undefined ? {} : { limit }),
  ...(remaining === undefined ? {} : { remaining }),
  ...(seconds === undefined ? {} : { resetMs: Math.min(seconds * 1000, LONGEST_SERVER_WAIT_MS) }),
})
