import type { ServerResponse } from 'node:http'
import type { QuotaLevel, QuotaWish } from './quota-store.ts'

/** Whether a text can stand in a Structured Field String: printable ASCII. */
export const isFieldText = (text: string): boolean => /^[\u0020-\u007E]*$/.test(text)

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`

/** Whole seconds, up. An instant is a sum of fractions: a thousandth of a millisecond too much is no second. */
const seconds = (ms: number): number => Math.max(0, Math.ceil((ms - 0.001) / 1000))

/**
 * Adds a policy and its level to the `RateLimit-Policy` and `RateLimit` fields of
 * draft-ietf-httpapi-ratelimit-headers-10. Both are lists: policies that were applied before stay.
 *
 * @returns the seconds of `t`: `Retry-After` must not be earlier
 */
export const addRateLimitFields = (
  response: ServerResponse,
  { policy, limit, windowMs }: Pick<QuotaWish, 'policy' | 'limit' | 'windowMs'>,
  level: QuotaLevel,
): number => {
  const name = quoted(policy)
  const t = seconds(level.allowed ? level.fullInMs : level.readyInMs)
  append(response, 'RateLimit-Policy', `${name};q=${Math.floor(limit)};w=${Math.max(1, seconds(windowMs))}`)
  append(response, 'RateLimit', `${name};r=${level.remaining};t=${t}`)
  return t
}

const append = (response: ServerResponse, name: string, item: string): void => {
  const before = response.getHeader(name)
  response.setHeader(name, before === undefined ? item : `${String(before)}, ${item}`)
}
