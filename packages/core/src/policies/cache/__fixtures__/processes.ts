import { cache, memoryCacheStore, type CacheOptions, type CacheStore, type Leases, type Part } from '../../../index.ts'
import { memoryLeases, VirtualClock } from '../../../testing.ts'
import { asking, type Asking } from './asking.ts'

/**
 * What several processes share, which takes a millisecond to answer.
 *
 * @param tells whether it says when a lease was given back, which takes a millisecond too
 */
export const sharedStore = (clock: VirtualClock, tells = false): CacheStore & { readonly leases: Leases } => {
  const store = memoryCacheStore({ clock })
  const leases = memoryLeases(clock)
  const later = <T>(act: () => T | PromiseLike<T>): Promise<T> =>
    new Promise((resolve) => clock.setTimer(1, () => resolve(act())))
  return {
    get: (key) => later(() => store.get(key)),
    set: (key, value, ttlMs) => later(() => store.set(key, structuredClone(value), ttlMs)),
    delete: (key) => later(() => store.delete(key)),
    leases: {
      take: (key, owner, leaseMs) => later(() => leases.take(key, owner, leaseMs)),
      release: (key, owner) => later(() => leases.release(key, owner)),
      ...(tells && { watch: (key, released) => leases.watch!(key, () => clock.setTimer(1, released)) }),
    },
  }
}

/** Several pipelines with a cache each, which stand for processes with one store. */
export const processes = (
  count: number,
  { tells = false, ...options }: CacheOptions & { readonly tells?: boolean } = {},
  inner: readonly Part[] = [],
): { readonly clock: VirtualClock; readonly store: CacheStore; readonly all: readonly Asking[] } => {
  const clock = new VirtualClock()
  const store = options.store ?? sharedStore(clock, tells)
  const all = Array.from({ length: count }, () => asking([cache({ ...options, store }), ...inner], clock))
  return { clock, store, all }
}
