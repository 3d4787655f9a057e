import { checkKnown } from '../../kernel/check-options.ts'
import { systemClock, type Clock } from '../../kernel/clock.ts'
import { systemRandom } from '../../kernel/random.ts'
import { Allowance, type Spending } from './allowance.ts'
import type { SharedGrant, SharedQuota, SharedQuotaStore } from './shared-quota-store.ts'

/** Options of {@link memorySharedQuotaStore}. */
export interface MemorySharedQuotaStoreOptions {
  /** Source of time. @default systemClock */
  readonly clock?: Clock
}

/** What {@link memorySharedQuotaStore} takes where an option is left out. */
export const MEMORY_SHARED_QUOTA_STORE_DEFAULTS: Required<MemorySharedQuotaStoreOptions> = { clock: systemClock }

interface Kept {
  readonly allowance: Allowance
  pausedUntil: number
  /** Those who wait for a place, in order of coming. */
  readonly waiting: (() => void)[]
}

interface Grant extends SharedGrant {
  readonly spending: Spending
}

/**
 * One quota for several pipelines of a process. For several processes, `@spillway/redis` has one.
 *
 * A partition is remembered as long as the store.
 *
 * ```ts
 * import { memorySharedQuotaStore, pipeline, rateLimit } from '@spillway/core'
 *
 * const store = memorySharedQuotaStore()
 * const quotas = [{ permits: 10, per: 'minute' as const }]
 * const chats = pipeline([rateLimit({ quotas, store })])
 * const images = pipeline([rateLimit({ quotas, store })]) // ten a minute, both together
 * console.log(await chats.execute(async () => 'within the quota')) // => within the quota
 * ```
 *
 * @throws InvalidOptionsError when an option is not known
 */
export const memorySharedQuotaStore = (options: MemorySharedQuotaStoreOptions = {}): SharedQuotaStore => {
  checkKnown('memorySharedQuotaStore', options, Object.keys(MEMORY_SHARED_QUOTA_STORE_DEFAULTS))
  const { clock } = { ...MEMORY_SHARED_QUOTA_STORE_DEFAULTS, ...options }
  const partitions = new Map<string, Kept>()

  const open: SharedQuotaStore['open'] = (partition, quotas, concurrency, freed = () => {}): SharedQuota => {
    const kept = partitions.get(partition) ?? {
      allowance: new Allowance({ quotas, concurrency }, false),
      pausedUntil: 0,
      waiting: [],
    }
    partitions.set(partition, kept)
    const { allowance, waiting } = kept
    const freePlaces = (): number => (concurrency?.maxConcurrency ?? Infinity) - (allowance.running ?? 0)
    const spend = (costs: SharedGrant['costs']): Grant => ({
      costs,
      spending: allowance.spend(clock, costs, 0, systemRandom),
    })
    return {
      share: 1,
      async take(costs) {
        const pausedMs = kept.pausedUntil - clock.now()
        const ready = allowance.readyInMs(clock, costs)
        const readyInMs = Math.max(pausedMs, ready === Infinity ? 0 : ready)
        if (readyInMs > 0) return { kind: 'wait', readyInMs, ...(pausedMs > 0 ? { pausedMs } : {}) }
        const place = waiting.indexOf(freed)
        if (freePlaces() <= (place === -1 ? waiting.length : place)) {
          if (place === -1) waiting.push(freed)
          return { kind: 'full', askInMs: Infinity }
        }
        if (place !== -1) waiting.splice(place, 1)
        return { kind: 'granted', grant: spend(costs) }
      },
      spent: spend,
      settle: (grant, used) => allowance.settle((grant as Grant).spending, used, clock),
      end() {
        allowance.ended()
        for (let first = waiting[0]; first !== undefined && freePlaces() > 0; first = waiting[0]) {
          first()
          // Who does not ask now has gone.
          if (waiting[0] === first) waiting.shift()
        }
      },
      pause(pauseMs) {
        kept.pausedUntil = Math.max(kept.pausedUntil, clock.now() + pauseMs)
      },
      dispose() {
        const place = waiting.indexOf(freed)
        if (place !== -1) waiting.splice(place, 1)
      },
    }
  }
  return { open }
}
