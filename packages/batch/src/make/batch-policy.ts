import { checkKnown, checkNumber, type LoadProfile, type Quota } from '@spillway/core'
import type { PolicyOptions } from './policy-file.ts'

/** How fast, how many at once and when. */
export interface BatchPolicyOptions {
  /** What is said besides, as from a policy file. @default {} */
  readonly policy?: PolicyOptions
  /** Requests a minute at each place: above 0. @default learned */
  readonly requestsPerMinute?: number | undefined
  /** Tokens a minute at each place: above 0. @default learned */
  readonly tokensPerMinute?: number | undefined
  /** Pictures in any 24 hours at each place: above 0. @default none */
  readonly imagesPerDay?: number | undefined
  /** Requests at work at once, over all places: an integer from 1. @default 64 */
  readonly maxConcurrency?: number | undefined
  /** How busy the provider is by the hour; learns from the run. @default the usual day */
  readonly profile?: LoadProfile | undefined
  /** Whether requests wait for calm hours. @default false */
  readonly offPeak?: boolean
}

const KNOWN = ['policy', 'requestsPerMinute', 'tokensPerMinute', 'imagesPerDay', 'maxConcurrency', 'profile', 'offPeak']

/**
 * The minute of a provider that counts what arrives: requests are late by other times, and at exactly the quota one in eleven would be
 * one too many. The limit that `rateLimit` learns has the same second more.
 */
const MINUTE_MS = 61_000

/** Those who waited for the same calm hour do not start in the same second. */
const SPREAD_MS = 60_000

/**
 * The policy of a run out of the words that a person has for it. What is given here wins over what `policy` says of the same.
 *
 * ```ts
 * import { batchPolicy } from '@spillway/batch'
 *
 * const { rateLimit } = batchPolicy({ requestsPerMinute: 10, imagesPerDay: 1000 })
 * console.log(rateLimit && rateLimit.quotas)
 * // => [ { permits: 10, periodMs: 61000, pace: 'smooth' }, { unit: 'images', permits: 1000, per: 'day' } ]
 * ```
 *
 * @throws InvalidOptionsError when a number is out of its range
 */
export const batchPolicy = (options: BatchPolicyOptions): PolicyOptions => {
  checkKnown('batchPolicy', options, KNOWN)
  const {
    policy = {},
    requestsPerMinute,
    tokensPerMinute,
    imagesPerDay,
    maxConcurrency,
    profile,
    offPeak = false,
  } = options
  const permits = (name: string, value: number): number =>
    checkNumber(`batchPolicy.${name}`, value, { min: Number.MIN_VALUE })
  const quotas: Quota[] = []
  if (requestsPerMinute !== undefined)
    quotas.push({ permits: permits('requestsPerMinute', requestsPerMinute), periodMs: MINUTE_MS, pace: 'smooth' })
  if (tokensPerMinute !== undefined)
    quotas.push({ unit: 'tokens', permits: permits('tokensPerMinute', tokensPerMinute), periodMs: MINUTE_MS })
  if (imagesPerDay !== undefined)
    quotas.push({ unit: 'images', permits: permits('imagesPerDay', imagesPerDay), per: 'day' })
  const scheduled = { spreadMs: SPREAD_MS, ...policy.schedule, ...(profile !== undefined && { profile }) }
  return {
    ...policy,
    // Also where nothing waits: the schedule is what teaches the profile.
    ...((offPeak || profile !== undefined) && { schedule: { ...scheduled, deferrable: () => offPeak } }),
    ...(quotas.length > 0 && { rateLimit: { ...policy.rateLimit, quotas: [...quotas, ...atWorkOf(policy)] } }),
    ...(maxConcurrency !== undefined && { bulkhead: { ...policy.bulkhead, maxConcurrency } }),
  }
}

/** What the policy says of calls at work: no word of the options says anything of the same. */
const atWorkOf = ({ rateLimit }: PolicyOptions): readonly Quota[] => {
  const { quotas = [] } = rateLimit || {}
  return typeof quotas === 'function' ? [] : quotas.filter((quota) => 'maxConcurrency' in quota)
}
