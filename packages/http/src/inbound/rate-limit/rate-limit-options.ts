import {
  checkClock,
  checkKnown,
  checkDuration,
  checkFunction,
  checkNumber,
  checkOneOf,
  InvalidOptionsError,
  systemClock,
  systemRandom,
} from '@spillway/core'
import type { Clock, Random } from '@spillway/core'
import type { QuotaStore } from './quota-store.ts'
import { isFieldText } from './rate-limit-fields.ts'

/** Options of the `rateLimit` middleware. `Host` is the request as the host's handlers get it. */
export interface InboundRateLimitOptions<Host = unknown> {
  /** How many permits each key has in a window: a number above 0, or a function of the request. */
  readonly limit: number | ((host: Host) => number)
  /** The time in which they come back, in milliseconds: above 0. @default 60000 */
  readonly windowMs?: number
  /** The policy's name in `RateLimit` fields: printable ASCII. @default 'default' */
  readonly name?: string
  /** Whose permits: a user, an API key. `undefined` or empty: the client's address. @default the client's address */
  readonly key?: ((host: Host) => string | undefined) | undefined
  /** How many permits a request takes: 0 or more. @default 1 */
  readonly cost?: number | ((host: Host) => number)
  /** Requests that are not limited. @default none */
  readonly skip?: ((host: Host) => boolean) | undefined
  /** How many bits of an IPv6 address make a client: an integer from 1 to 128. @default 56 */
  readonly ipv6Subnet?: number
  /** Where quotas are kept. @default memoryQuotaStore() */
  readonly store?: QuotaStore | undefined
  /** How long the store may take to answer, in milliseconds. @default 250 */
  readonly storeTimeoutMs?: number
  /**
   * What happens to requests while it does not: `local` counts in this process, `allow` lets them through, `deny` refuses
   * them with 503. @default 'local'
   */
  readonly onStoreError?: 'local' | 'allow' | 'deny'
  /** Source of time. @default systemClock */
  readonly clock?: Clock
  /** Chance for the jitter of `Retry-After`. @default systemRandom */
  readonly random?: Random
}

/** What the `rateLimit` middleware takes where an option is left out. */
export const INBOUND_RATE_LIMIT_DEFAULTS: Required<Omit<InboundRateLimitOptions, 'limit'>> = {
  windowMs: 60_000,
  name: 'default',
  key: undefined,
  cost: 1,
  skip: undefined,
  ipv6Subnet: 56,
  store: undefined,
  storeTimeoutMs: 250,
  onStoreError: 'local',
  clock: systemClock,
  random: systemRandom,
}

/** What express-rate-limit, koa-ratelimit and rate-limiter-flexible call them. */
const ELSEWHERE = {
  max: 'limit',
  points: 'limit',
  duration: 'windowMs',
  keyGenerator: 'key',
  id: 'key',
  keyPrefix: 'name',
  passOnStoreError: 'onStoreError',
}

/** @throws InvalidOptionsError when an option is out of its range or not known */
export const checkRateLimit = <Host>(
  options: InboundRateLimitOptions<Host>,
): Required<InboundRateLimitOptions<Host>> => {
  checkKnown('rateLimit', options, ['limit', ...Object.keys(INBOUND_RATE_LIMIT_DEFAULTS)], ELSEWHERE)
  const resolved = { ...INBOUND_RATE_LIMIT_DEFAULTS, ...options }
  const { limit, windowMs, name, cost, store } = resolved
  if (typeof limit !== 'function') checkNumber('rateLimit.limit', limit, { min: Number.MIN_VALUE })
  checkNumber('rateLimit.windowMs', windowMs, { min: Number.MIN_VALUE })
  if (typeof name !== 'string' || !isFieldText(name))
    throw new InvalidOptionsError('rateLimit.name', name, 'printable ASCII')
  checkFunction('rateLimit.key', resolved.key, true)
  checkFunction('rateLimit.skip', resolved.skip, true)
  if (typeof cost !== 'function') checkNumber('rateLimit.cost', cost, { min: 0 })
  checkNumber('rateLimit.ipv6Subnet', resolved.ipv6Subnet, { min: 1, max: 128, integer: true })
  checkClock('rateLimit.clock', resolved.clock)
  checkDuration('rateLimit.storeTimeoutMs', resolved.storeTimeoutMs)
  checkOneOf('rateLimit.onStoreError', resolved.onStoreError, ['local', 'allow', 'deny'])
  if (store !== undefined && typeof store?.take !== 'function')
    throw new InvalidOptionsError('rateLimit.store', store, 'a store: an object with a function take()')
  return resolved
}
