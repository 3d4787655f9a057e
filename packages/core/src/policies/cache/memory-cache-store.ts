import { checkClock, checkDuration, checkFunction, checkKnown, checkNumber } from '../../kernel/check-options.ts'
import { systemClock, type Clock } from '../../kernel/clock.ts'
import { approximateBytes } from './approximate-bytes.ts'
import type { CacheStore } from './cache-store.ts'

/** Options of {@link memoryCacheStore}. */
export interface MemoryCacheStoreOptions {
  /** How many answers are kept: an integer from 1. The one used longest ago goes first. @default 1000 */
  readonly maxEntries?: number
  /** About how much memory they take together, in bytes: above 0. A bigger answer is not kept. @default 67108864 */
  readonly maxBytes?: number
  /** How long any is kept, in milliseconds above 0, whatever the cache asks for; `Infinity`: as it asks. @default Infinity */
  readonly maxAgeMs?: number
  /** The size of an answer in bytes. @default an estimate: two bytes a character, buffers as they are */
  readonly sizeOf?: (value: unknown) => number
  /** @default real time; a cache that makes its own store takes its pipeline's */
  readonly clock?: Clock
}

/** What {@link memoryCacheStore} takes where an option is left out. */
export const MEMORY_CACHE_STORE_DEFAULTS: Required<MemoryCacheStoreOptions> = {
  maxEntries: 1000,
  maxBytes: 64 * 2 ** 20,
  maxAgeMs: Infinity,
  sizeOf: approximateBytes,
  clock: systemClock,
}

/** A store in this process. */
export interface MemoryCacheStore extends CacheStore {
  /** How many answers are kept now, expired ones that nobody asked for included. */
  readonly size: number
  /** About how much memory they take. */
  readonly bytes: number
}

interface Slot {
  readonly value: unknown
  readonly bytes: number
  readonly expiresAt: number
}

/** How many of the longest unused each `set` looks at for expired ones, so that they do not wait for the limits. */
const SWEPT = 4

/**
 * Keeps answers in memory, bounded by number and by size, without a timer. Values are given back by identity: who changes
 * one changes it for everybody.
 *
 * ```ts
 * import { cache, memoryCacheStore, pipeline } from '@spillway/core'
 *
 * const store = memoryCacheStore({ maxEntries: 100 })
 * const calls = pipeline([cache({ store, key: () => 'always the same' })])
 * await calls.execute(async () => 'an answer')
 * console.log(store.size) // => 1
 * ```
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export const memoryCacheStore = (options: MemoryCacheStoreOptions = {}): MemoryCacheStore => {
  checkKnown('memoryCacheStore', options, Object.keys(MEMORY_CACHE_STORE_DEFAULTS))
  const { maxEntries, maxBytes, maxAgeMs, sizeOf, clock } = { ...MEMORY_CACHE_STORE_DEFAULTS, ...options }
  checkNumber('memoryCacheStore.maxEntries', maxEntries, { min: 1, integer: true, infinite: true })
  checkNumber('memoryCacheStore.maxBytes', maxBytes, { min: Number.MIN_VALUE, infinite: true })
  checkDuration('memoryCacheStore.maxAgeMs', maxAgeMs, { min: Number.MIN_VALUE, infinite: true })
  checkFunction('memoryCacheStore.sizeOf', sizeOf)
  checkClock('memoryCacheStore.clock', clock)
  // A map remembers the order of insertion: what is used is put at the end.
  const slots = new Map<string, Slot>()
  let bytes = 0

  const remove = (key: string): boolean => {
    bytes -= slots.get(key)?.bytes ?? 0
    return slots.delete(key)
  }

  const sweep = (now: number): void => {
    let looks = SWEPT
    for (const [key, { expiresAt }] of slots) {
      if (looks-- === 0) break
      if (expiresAt <= now) remove(key)
    }
    for (const key of slots.keys()) {
      if (slots.size <= maxEntries && bytes <= maxBytes) break
      remove(key)
    }
  }

  return {
    get size() {
      return slots.size
    },
    get bytes() {
      return bytes
    },
    get(key) {
      const slot = slots.get(key)
      if (slot === undefined) return undefined
      slots.delete(key)
      if (slot.expiresAt > clock.now()) {
        slots.set(key, slot)
        return slot.value
      }
      bytes -= slot.bytes
      return undefined
    },
    set(key, value, ttlMs = Infinity) {
      remove(key)
      const size = checkNumber('memoryCacheStore.sizeOf()', sizeOf(value), { min: 0 }) + 2 * key.length
      if (size > maxBytes) return false
      const now = clock.now()
      slots.set(key, { value, bytes: size, expiresAt: now + Math.min(ttlMs, maxAgeMs) })
      bytes += size
      sweep(now)
      return true
    },
    delete: remove,
  }
}
