import { systemClock, type Clock } from '../kernel/clock.ts'
import type { Leases } from '../primitives/leases.ts'

/**
 * Leases in memory: lets several pipelines of one test stand for several processes.
 *
 * ```ts
 * import { memoryLeases, VirtualClock } from '@spillway/core/testing'
 *
 * const clock = new VirtualClock()
 * const leases = memoryLeases(clock)
 * console.log(leases.take('probe', 'one', 5000), leases.take('probe', 'other', 5000)) // => 0 5000
 * await clock.advance(5000)
 * console.log(leases.take('probe', 'other', 5000)) // => 0
 * ```
 *
 * @param clock whose time it is; default: real time
 */
export const memoryLeases = (clock: Clock = systemClock): Leases => {
  const held = new Map<string, { readonly owner: string; readonly until: number }>()
  const watching = new Set<{ readonly key: string; readonly released: () => void }>()
  return {
    take(key, owner, leaseMs) {
      const now = clock.now()
      const lease = held.get(key)
      if (lease !== undefined && lease.owner !== owner && lease.until > now) return lease.until - now
      held.set(key, { owner, until: now + leaseMs })
      return 0
    },
    release(key, owner) {
      if (owner !== undefined && held.get(key)?.owner !== owner) return
      if (held.delete(key)) for (const each of watching) if (each.key === key) each.released()
    },
    watch(key, released) {
      const watcher = { key, released }
      watching.add(watcher)
      return () => void watching.delete(watcher)
    },
  }
}
