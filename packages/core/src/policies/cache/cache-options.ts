import type { CallContext } from '../../kernel/call-context.ts'
import { checkDuration, checkFunction, checkKnown } from '../../kernel/check-options.ts'
import { InvalidOptionsError } from '../../kernel/invalid-options-error.ts'
import { areLeases } from '../../primitives/leases.ts'
import { cacheKey } from './cache-key.ts'
import type { CacheStore } from './cache-store.ts'

/** Options of {@link cache}. */
export interface CacheOptions {
  /** Appears in events and descriptions. @default 'cache' */
  readonly name?: string
  /**
   * Names the answer that a call wants; `undefined` or '': the call is not cached. Everything that makes answers differ
   * belongs into it: tenant, model, request. @default the value of `cacheKey` that the call was given
   */
  readonly key?: (context: CallContext) => string | undefined
  /**
   * How long an answer is fresh, in milliseconds: from 0, or `Infinity`. With 0 every call asks, or joins one that is at
   * work. @default 300000
   */
  readonly ttlMs?: number
  /**
   * How much longer a stale answer is given at once, while a new one is fetched in the background: milliseconds from 0, or
   * `Infinity`. @default 0
   */
  readonly staleWhileRevalidateMs?: number
  /**
   * How much longer a stale answer is given in place of a failure: milliseconds from 0, or `Infinity`.
   * @default 3600000
   */
  readonly staleIfErrorMs?: number
  /** Where answers are kept: any Keyv, or `memoryCacheStore()`. @default memory, 1000 answers, 64 MiB */
  readonly store?: CacheStore
  /** How long a call waits for the store before it goes on without: milliseconds above 0. @default 1000 */
  readonly storeTimeoutMs?: number
  /**
   * After how many milliseconds a process that works on an answer, and does not say so again, counts as dead, where the
   * store has leases: from 100. Longer than a process may be too busy to say so. @default 10000
   */
  readonly leaseMs?: number
}

/** What {@link cache} takes where an option is left out. */
export const CACHE_DEFAULTS: Required<Omit<CacheOptions, 'key' | 'store'>> = {
  name: 'cache',
  ttlMs: 300_000,
  staleWhileRevalidateMs: 0,
  staleIfErrorMs: 3_600_000,
  // A store answers in milliseconds, and a generation takes tens of seconds.
  storeTimeoutMs: 1000,
  leaseMs: 10_000,
}

/** The options with their defaults. */
export type ResolvedCacheOptions = Required<Omit<CacheOptions, 'store'>> & Pick<CacheOptions, 'store'>

/** @throws InvalidOptionsError when an option is out of its range */
export const resolveCacheOptions = (options: CacheOptions): ResolvedCacheOptions => {
  checkKnown('cache', options, [...Object.keys(CACHE_DEFAULTS), 'key', 'store'])
  const resolved = { key: keyOfCall, ...CACHE_DEFAULTS, ...options }
  const { key, store, ttlMs, staleWhileRevalidateMs, staleIfErrorMs, storeTimeoutMs, leaseMs } = resolved
  checkFunction('cache.key', key)
  checkDuration('cache.ttlMs', ttlMs, { infinite: true })
  checkDuration('cache.staleWhileRevalidateMs', staleWhileRevalidateMs, { infinite: true })
  checkDuration('cache.staleIfErrorMs', staleIfErrorMs, { infinite: true })
  checkDuration('cache.storeTimeoutMs', storeTimeoutMs, { min: Number.MIN_VALUE })
  checkDuration('cache.leaseMs', leaseMs, { min: 100 })
  if (store !== undefined && !isStore(store))
    throw new InvalidOptionsError(
      'cache.store',
      store,
      'a store: an object with get(), set() and delete(), such as a Keyv',
    )
  if (store?.leases !== undefined && !areLeases(store.leases))
    throw new InvalidOptionsError('cache.store.leases', store.leases, 'leases: an object with take() and release()')
  return resolved
}

const keyOfCall = (context: CallContext): string | undefined => context.get(cacheKey)

const isStore = (store: unknown): boolean => {
  const { get, set, delete: remove } = (store ?? {}) as Partial<CacheStore>
  return typeof get === 'function' && typeof set === 'function' && typeof remove === 'function'
}
