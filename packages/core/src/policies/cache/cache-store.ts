import type { Leases } from '../../primitives/leases.ts'

/**
 * Where answers are kept. Every `Keyv` is one, and so is whatever has the same three methods.
 *
 * A store may fail or hang: the call then goes on without it. It keeps values as they are, or makes them into bytes and
 * back in its own way; what it gives back must mean the same.
 */
export interface CacheStore {
  /** What is kept under `key`; `undefined` where there is nothing, or nothing any more. */
  get(key: string): unknown
  /**
   * Keeps `value`, in place of what was there.
   *
   * @param ttlMs forget it after so many milliseconds, above 0; `undefined`: no limit
   * @returns or resolves with `false` where it could not be kept
   */
  set(key: string, value: unknown, ttlMs?: number): unknown
  /** Forgets `key`. A key that is not there is no error. */
  delete(key: string): unknown
  /**
   * Who works on a key. A store that several processes share brings them: then one process asks for an answer, and the
   * others wait for what it stores. Without them each asks for itself.
   */
  readonly leases?: Leases
}

/** What the cache keeps under a key. */
export interface CacheEntry {
  readonly value: unknown
  /** Wall time in milliseconds since 1970 UTC: other processes, and this one after a restart, count its age from it. */
  readonly storedAt: number
}

/** A store may be shared: what somebody else left under the key is no entry. */
export const isCacheEntry = (found: unknown): found is CacheEntry =>
  typeof found === 'object' && found !== null && Number.isFinite((found as Partial<CacheEntry>).storedAt)

/** What a leader leaves in place of an answer that cannot be shared: those who wait for it go by themselves. */
export interface UnsharedMark {
  readonly unshared: true
}

export const isUnsharedMark = (found: unknown): found is UnsharedMark =>
  typeof found === 'object' && found !== null && (found as Partial<UnsharedMark>).unshared === true
