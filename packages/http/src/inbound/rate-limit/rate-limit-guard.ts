import { createHash } from 'node:crypto'
import type { Answer } from '../failure/answer.ts'
import { problemAnswer, QUOTA_EXCEEDED, TEMPORARY_REDUCED_CAPACITY } from '../failure/problem.ts'
import type { Exchange, Guard } from '../exchange.ts'
import { watchMaking } from '../made-in-request.ts'
import { addressKey } from './address-key.ts'
import { askStore } from './ask-store.ts'
import { memoryQuotaStore } from './memory-quota-store.ts'
import type { QuotaLevel, QuotaWish } from './quota-store.ts'
import { addRateLimitFields } from './rate-limit-fields.ts'
import { checkRateLimit, type InboundRateLimitOptions } from './rate-limit-options.ts'

/**
 * The part of the `rateLimit` middleware that knows no host.
 *
 * @throws InvalidOptionsError when an option is out of its range or not known
 */
export const rateLimitGuard = <Host>(options: InboundRateLimitOptions<Host>): Guard<Host> => {
  const resolved = checkRateLimit(options)
  const { name, windowMs, key, skip, ipv6Subnet, storeTimeoutMs, onStoreError, clock, random } = resolved
  const local = memoryQuotaStore({ clock })
  const seen = watchMaking('rateLimit')
  const store = resolved.store ?? local

  const decide = (exchange: Exchange<Host>, wish: QuotaWish, level: QuotaLevel): Answer | undefined => {
    const t = addRateLimitFields(exchange.response, wish, level)
    if (level.allowed) return undefined
    const refused = { status: 429, type: QUOTA_EXCEEDED, violatedPolicies: [name] } as const
    return problemAnswer({ ...refused, retryAfterMs: t * 1000 }, exchange.request.headers.accept, random)
  }

  const withoutStore = (exchange: Exchange<Host>, wish: QuotaWish): Answer | undefined => {
    if (onStoreError === 'allow') return undefined
    if (onStoreError === 'local') return decide(exchange, wish, local.take(wish) as QuotaLevel)
    const refused = { status: 503, type: TEMPORARY_REDUCED_CAPACITY, retryAfterMs: 2000 } as const
    return problemAnswer(refused, exchange.request.headers.accept, random)
  }

  return (exchange) => {
    const { host, ip } = exchange
    seen(exchange.request)
    if (skip?.(host) === true) return undefined
    const wish = {
      policy: name,
      key: keyOf(key?.(host), ip, ipv6Subnet),
      cost: sane(valueOf(resolved.cost, host), 0, 1),
      limit: sane(valueOf(resolved.limit, host), Number.MIN_VALUE, 1),
      windowMs,
    }
    try {
      const level = askStore(store, wish, storeTimeoutMs, clock)
      if (!(level instanceof Promise)) return decide(exchange, wish, level)
      return level.then(
        (given) => decide(exchange, wish, given),
        () => withoutStore(exchange, wish),
      )
    } catch {
      return withoutStore(exchange, wish)
    }
  }
}

const valueOf = <Host>(value: number | ((host: Host) => number), host: Host): number =>
  typeof value === 'function' ? value(host) : value

/** A function that gives nonsense must not open the gate. */
const sane = (value: number, least: number, otherwise: number): number =>
  Number.isFinite(value) && value >= least ? value : otherwise

const LONGEST_KEY = 64

/**
 * Whose permits. Callers choose their keys: none that looks like an address, or like what a long one is shortened to, has the
 * permits of somebody else. Callers choose how long they are too; what is remembered of them is bounded.
 */
const keyOf = (own: string | undefined, ip: string | undefined, ipv6Subnet: number): string => {
  // Empty is what frameworks give for a header that is not there: all strangers would share one quota.
  if (own === undefined || own === '') return `address:${addressKey(ip, ipv6Subnet)}`
  if (own.length <= LONGEST_KEY) return `key:${own}`
  return `hash:${createHash('sha256').update(own).digest('base64url')}`
}
