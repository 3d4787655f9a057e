import { checkClock, checkKnown, checkNumber, systemClock, type Clock } from '@spillway/core'
import { takePermits } from './arrival-time.ts'
import type { QuotaStore } from './quota-store.ts'

/** Options of {@link memoryQuotaStore}. */
export interface MemoryQuotaStoreOptions {
  /** How many keys are remembered: an integer from 1. @default 100000 */
  readonly maxKeys?: number
  /** Source of time. @default systemClock */
  readonly clock?: Clock
}

/** What {@link memoryQuotaStore} takes where an option is left out. */
export const MEMORY_QUOTA_STORE_DEFAULTS: Required<MemoryQuotaStoreOptions> = { maxKeys: 100_000, clock: systemClock }

/** How many of the oldest keys a new one looks at to make room. */
const LOOKED_AT = 8

/**
 * Quotas of one process, bounded. Where no more keys fit, those whose quota is whole go first: forgetting them changes
 * nothing. While all that are looked at still owe, the new key shares one quota with all others that found no room, so that
 * a flood of keys neither gets more than one quota nor washes away what others owe.
 *
 * @throws InvalidOptionsError when an option is out of its range or not known
 */
export const memoryQuotaStore = (options: MemoryQuotaStoreOptions = {}): QuotaStore & { readonly size: number } => {
  checkKnown('memoryQuotaStore', options, Object.keys(MEMORY_QUOTA_STORE_DEFAULTS))
  const { maxKeys, clock } = { ...MEMORY_QUOTA_STORE_DEFAULTS, ...options }
  checkClock('memoryQuotaStore.clock', clock)
  checkNumber('memoryQuotaStore.maxKeys', maxKeys, { min: 1, integer: true })
  /** When the quota of each key will be whole, in the order in which they were used. */
  const fullAt = new Map<string, number>()
  const overflowFullAt = new Map<string, number>()

  const makeRoom = (now: number): boolean => {
    let looks = LOOKED_AT
    for (const [key, at] of fullAt) {
      if (looks-- === 0) break
      if (at <= now) fullAt.delete(key)
    }
    return fullAt.size < maxKeys
  }

  return {
    get size() {
      return fullAt.size
    },
    take(wish) {
      const now = clock.now()
      const own = `${wish.policy}\n${wish.key}`
      const known = fullAt.get(own)
      const fits = known !== undefined || fullAt.size < maxKeys || makeRoom(now)
      const place = fits ? fullAt : overflowFullAt
      const key = fits ? own : wish.policy
      const { level, fullAt: until } = takePermits(wish, fits ? known : overflowFullAt.get(key), now)
      place.delete(key)
      place.set(key, until)
      return level
    },
  }
}
